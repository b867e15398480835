// `console` as AWS has it: each call one line, with the time, the request and the level; or one JSON object.

import { formatWithOptions } from "node:util";

import { isError, logged } from "./errors.mjs";

const LEVELS = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
const ORDER = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const IS_JSON = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
const LEAST = IS_JSON ? ORDER.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() || "TRACE") : 0;

let requestId;

export function setRequestId(id) {
  requestId = id;
}

export function patchConsole() {
  for (const [method, level] of Object.entries(LEVELS)) {
    const isHeard = ORDER.indexOf(level) >= LEAST;
    console[method] = isHeard ? (...values) => write(level, ...values) : () => {};
  }
}

// Logs what ends an invocation, or the runtime.
export function logError(title, error) {
  if (IS_JSON) {
    write("ERROR", error);
  } else {
    writeText("ERROR", `${title} \t${toJson(logged(error))}`);
  }
}

function write(level, ...values) {
  if (IS_JSON) {
    writeJson(level, values);
  } else {
    writeText(level, formatWithOptions({}, ...values));
  }
}

function writeText(level, message) {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message.replaceAll("\n", "\r")}\n`);
}

function writeJson(level, values) {
  const line = { timestamp: new Date().toISOString(), level, requestId };
  const [first] = values;
  if (values.length === 1 && !isError(first) && typeof first === "object") {
    line.message = first;
  } else {
    line.message = isError(first) && values.length === 1 ? undefined : formatWithOptions({}, ...values);
  }
  const error = values.find(isError);
  if (error) {
    const { errorType, errorMessage, stack } = logged(error);
    Object.assign(line, { errorType, errorMessage, stackTrace: stack });
    line.message ??= { errorType, errorMessage, stackTrace: stack };
  }
  process.stdout.write(`${toJson(line)}\n`);
}

function toJson(value) {
  try {
    return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner));
  } catch {
    return JSON.stringify(formatWithOptions({}, value)); // in a circle
  }
}
