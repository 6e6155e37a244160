import type { Effect } from "../../effect.ts";
import type { ProtocolEvent } from "../../event.ts";
import type { Instant } from "../../ids.ts";
import type { GroupView, Protocol } from "../../protocol.ts";
import type { SimObserver } from "./sim-observer.ts";
import type { MemberWitness } from "./witness.ts";

/** A protocol whose every step and effect the observer sees. */
export class ObservedProtocol<Message> implements Protocol<Message> {
  readonly #inner: Protocol<Message>;
  readonly #witness: MemberWitness;
  readonly #observer: SimObserver<Message>;
  /** Kept until the next step, because driver and observer both ask. */
  #view: GroupView | null = null;

  constructor(inner: Protocol<Message>, witness: MemberWitness, observer: SimObserver<Message>) {
    this.#inner = inner;
    this.#witness = witness;
    this.#observer = observer;
  }

  step(event: ProtocolEvent<Message>, at: Instant): void {
    this.#view = null;
    this.#observer.stepped(this.#witness, event);
    this.#inner.step(event, at);
  }

  takeEffects(): readonly Effect<Message>[] {
    const effects = this.#inner.takeEffects();
    this.#view = null;
    this.#observer.turned(this.#witness, effects, this.view());
    return effects;
  }

  view(): GroupView {
    this.#view ??= this.#inner.view();
    return this.#view;
  }
}
