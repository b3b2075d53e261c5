/** What can go wrong between an app and the oracle; each says what was expected, and what came. */
export class PlumblineError extends Error {
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** No addresses are known for the chain. */
export class UnknownChain extends PlumblineError {}

/** An argument, or a deployment, that can't be meant. */
export class BadArgument extends PlumblineError {}

/** The oracle has no request of that id. */
export class UnknownRequest extends PlumblineError {}

/** The request was cancelled: it will never be answered. */
export class RequestCancelled extends PlumblineError {}

/** The time that was given has passed, and the request isn't there yet. */
export class WaitedTooLong extends PlumblineError {}

/** The endpoint has no log of what the oracle says happened. */
export class MissingLog extends PlumblineError {}

/** A log that is not what the oracle has committed to. */
export class FalseLog extends PlumblineError {}
