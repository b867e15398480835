// The Lambda Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import http from "node:http";

import { described, typeOf } from "./errors.mjs";

const [HOST, PORT] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const ROOT = "/2018-06-01/runtime";
const AGENT = new http.Agent({ keepAlive: true, maxSockets: 1 });

// Waits for the next event, for as long as it takes.
export function nextInvocation() {
  return send("GET", "/invocation/next");
}

export function postResponse(id, text) {
  return send("POST", `/invocation/${id}/response`, text);
}

export function postError(id, error) {
  return sendError(`/invocation/${id}/error`, error);
}

export function postInitError(error) {
  return sendError("/init/error", error);
}

function sendError(path, error) {
  const type = Buffer.from(String(typeOf(error))).toString(); // without halves of characters, which have no code
  const headers = { "Lambda-Runtime-Function-Error-Type": encodeURI(type) };
  return send("POST", path, JSON.stringify(described(error)), headers);
}

function send(method, path, text, more = {}) {
  const body = text === undefined ? undefined : Buffer.from(text);
  const headers = body ? { "Content-Type": "application/json", "Content-Length": body.length, ...more } : {};
  return new Promise((resolve, reject) => {
    const options = { host: HOST, port: PORT, method, path: ROOT + path, headers, agent: AGENT };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
