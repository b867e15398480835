// The runtime client: loads the handler, then asks the Runtime API for one event after the other.
//
// Not AWS's own aws-lambda-ric, which has to be compiled. What handlers see and what is said of their errors is the same.

import { nextInvocation, postError, postInitError, postResponse } from "./api.mjs";
import { contextOf } from "./context.mjs";
import { UnhandledPromiseRejection } from "./errors.mjs";
import { loadHandler } from "./handler.mjs";
import { logError, patchConsole, setRequestId } from "./log.mjs";

const REJECTED = 128;
const UNCAUGHT = 129;

let current = null; // the id of the invocation under way
let whenIdle = null; // what to do once nothing is left to wait for

patchConsole();
process.on("beforeExit", () => whenIdle?.());
process.on("uncaughtException", (error) => die("Uncaught Exception", error, UNCAUGHT));
process.on("unhandledRejection", (reason, promise) =>
  die("Unhandled Promise Rejection", new UnhandledPromiseRejection(reason, promise), REJECTED),
);

async function die(title, error, status) {
  logError(title, error);
  await (current === null ? postInitError(error) : postError(current, error)).catch(() => {});
  process.exit(status);
}

function serve(handler) {
  nextInvocation().then(
    ({ headers, body }) => handle(handler, headers, body),
    () => process.exit(0), // the Runtime API is gone, and with it every reason to be here
  );
}

function handle(handler, headers, body) {
  current = headers["lambda-runtime-aws-request-id"];
  setRequestId(current);
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  const invocation = new Invocation(() => serve(handler));
  whenIdle = () => invocation.succeed(null);
  try {
    const context = contextOf(headers, invocation);
    const result = handler(JSON.parse(body), context, invocation.callback);
    if (typeof result?.then === "function") {
      result.then(invocation.succeed, invocation.fail);
    }
  } catch (error) {
    invocation.fail(error);
  }
}

// Ends once: by a promise, a callback, `context.done`, or because nothing is left to wait for.
class Invocation {
  callbackWaitsForEmptyEventLoop = true;
  #ended = false;

  constructor(next) {
    const end = (post) => {
      if (!this.#ended) {
        this.#ended = true;
        whenIdle = null;
        post().then(next, next);
      }
    };
    const answer = (result) => {
      const id = current;
      let text;
      try {
        text = JSON.stringify(result === undefined ? null : result);
      } catch {
        this.fail(new Error("Unable to stringify response body"));
        return;
      }
      end(() => postResponse(id, text ?? "null"));
    };
    this.succeed = answer;
    this.fail = (error) => {
      const id = current;
      end(() => {
        logError("Invoke Error", error);
        return postError(id, error);
      });
    };
    this.done = (error, result) => (error ? this.fail(error) : answer(result));
    this.callback = (error, result) => {
      if (error !== undefined && error !== null) {
        this.fail(error);
      } else if (this.callbackWaitsForEmptyEventLoop) {
        whenIdle = () => answer(result);
      } else {
        answer(result);
      }
    };
  }
}

try {
  serve(await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER));
} catch (error) {
  await die("Uncaught Exception", error, UNCAUGHT);
}
