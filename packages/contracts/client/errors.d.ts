export declare class PlumblineError extends Error {}
export declare class UnknownChain extends PlumblineError {}
export declare class BadArgument extends PlumblineError {}
export declare class UnknownRequest extends PlumblineError {}
export declare class RequestCancelled extends PlumblineError {}
export declare class WaitedTooLong extends PlumblineError {}
export declare class MissingLog extends PlumblineError {}
export declare class FalseLog extends PlumblineError {}
