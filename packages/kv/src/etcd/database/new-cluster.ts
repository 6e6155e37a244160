import { LeaseTable } from "../lease/index.ts";
import { ImageView, type RestoredState } from "../store/index.ts";

/**
 * The image of a state that a new cluster begins with. Keys, leases with the time that they have
 * left, and alarms stay; what the members of the old cluster announced of themselves goes.
 *
 * @param bumpRevision - by how much the revision is raised, and all history before it forgotten, so
 * that whoever watched the old cluster has to look anew; null: not at all
 */
export function imageForNewCluster(state: RestoredState, bumpRevision: number | null): ImageView {
  const { store, leases, alarms } = state;
  if (bumpRevision !== null) store.skipTo(store.revision + bumpRevision);
  // The terms of a new cluster begin anew: its leaders must not be taken for those who counted before.
  const clock = { ...leases.clock, term: 0, counted: 0 };
  return new ImageView({
    revision: store.revision,
    changes: store.pin(),
    leases: new LeaseTable({ clock, leases }),
    alarms,
    members: [],
  });
}
