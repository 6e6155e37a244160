import { STATUS, type Method } from "../../grpc/index.ts";

/** What etcd serves and this member does not yet: named, so that a client learns what is missing. */
const METHODS = {
  "etcdserverpb.Cluster": ["MemberAdd", "MemberRemove", "MemberUpdate", "MemberPromote"],
  "etcdserverpb.Auth": [
    "AuthEnable",
    "AuthDisable",
    "AuthStatus",
    "Authenticate",
    "UserAdd",
    "UserGet",
    "UserList",
    "UserDelete",
    "UserChangePassword",
    "UserGrantRole",
    "UserRevokeRole",
    "RoleAdd",
    "RoleGet",
    "RoleList",
    "RoleDelete",
    "RoleGrantPermission",
    "RoleRevokePermission",
  ],
} as const;

export function unimplementedMethods(): readonly (readonly [string, Method])[] {
  return Object.entries(METHODS).flatMap(([service, names]) =>
    names.map((name): readonly [string, Method] => {
      const text = `${service}/${name} is not implemented by Quorate yet`;
      return [
        `/${service}/${name}`,
        { kind: "stream", handle: (call) => call.fail(STATUS.unimplemented, text) },
      ];
    }),
  );
}
