// What can go wrong, by AWS's names, and how it is told.

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    Object.defineProperty(this, "name", { value: `Runtime.${name}` }); // which Object.keys() does not see
    this.stack = this.stack.replace(/^Error/, this.name);
  }
}

export class MalformedHandlerName extends RuntimeError {
  constructor(message) {
    super("MalformedHandlerName", message);
  }
}

export class HandlerNotFound extends RuntimeError {
  constructor(message) {
    super("HandlerNotFound", message);
  }
}

export class ImportModuleError extends RuntimeError {
  constructor(cause) {
    super("ImportModuleError", String(cause));
  }
}

export class UserCodeSyntaxError extends RuntimeError {
  constructor(cause) {
    super("UserCodeSyntaxError", String(cause));
    this.stack = `${this.name}: ${cause.stack}`;
  }
}

export class UnhandledPromiseRejection extends RuntimeError {
  constructor(reason, promise) {
    super("UnhandledPromiseRejection", String(reason));
    this.reason = reason;
    this.promise = promise;
  }
}

export function typeOf(error) {
  return isError(error) ? error.name : typeof error;
}

// What the caller of a function gets for an error of its handler; anything may be thrown.
export function described(error) {
  if (!isError(error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: stackOf(error) };
}

// What stands in the log: all that an error was given besides.
export function logged(error) {
  if (!isError(error)) {
    return logged(new Error(String(error)));
  }
  const more = Object.fromEntries(Object.keys(error).map((key) => [key, error[key]]));
  if (isError(more.reason)) {
    more.reason = logged(more.reason);
  }
  return { errorType: error.name, errorMessage: error.message, ...more, stack: stackOf(error) };
}

function stackOf(error) {
  return (error.stack ?? "").split("\n");
}

export function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]"; // of another realm
}
