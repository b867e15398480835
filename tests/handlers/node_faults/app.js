// One handler for each way in which a JavaScript function can end.

exports.good = async () => ({ ok: true });

exports.echo = async (event, context) => {
  console.log("handling", event);
  return {
    event,
    functionName: context.functionName,
    functionVersion: context.functionVersion,
    memoryLimitInMB: context.memoryLimitInMB,
    invokedFunctionArn: context.invokedFunctionArn,
    awsRequestId: context.awsRequestId,
    logGroupName: context.logGroupName,
    logStreamName: context.logStreamName,
    remaining: context.getRemainingTimeInMillis(),
    waits: context.callbackWaitsForEmptyEventLoop,
    keys: Object.keys(context).sort(),
    cwd: process.cwd(),
    environment: process.env,
  };
};

exports.nothing = async () => {};

exports.calls_back = (event, context, callback) => {
  setTimeout(() => callback(null, { called: "back" }), 10);
};

exports.calls_back_and_waits = (event, context, callback) => {
  callback(null, "first");
  setTimeout(() => console.log("still at it"), 50);
};

exports.calls_back_and_waits_not = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => {}, 1000);
  callback(null, "at once");
};

exports.succeeds = (event, context) => context.succeed({ done: true });

exports.returns_without_a_word = () => "not an answer";

exports.throws = async () => {
  throw new TypeError("Handler fails");
};

exports.throws_a_string = async () => {
  throw "just words";
};

exports.throws_at_once = () => {
  throw new RangeError("at once");
};

exports.throws_more = async () => {
  throw Object.assign(new Error("line one\nline two"), { code: "E_MORE", name: "MyError" });
};

exports.calls_back_an_error = (event, context, callback) => callback(new Error("through the callback"));

exports.fails_with_words = (event, context) => context.fail("in words");

exports.rejects_unheard = async () => {
  Promise.reject(new Error("unheard"));
  await new Promise((resolve) => setTimeout(resolve, 5000));
};

exports.throws_later = async () => {
  setTimeout(() => {
    throw new Error("later");
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 5000));
};

exports.never_settles = async () => new Promise(() => {});

exports.circular = async () => {
  const ring = {};
  ring.ring = ring;
  return ring;
};

exports.big = async () => 1n;

exports.exits = async () => process.exit(1);

exports.exits_well = async () => process.exit(0);

exports.talks = async () => {
  console.log("a %s and %d", "word", 7, { deep: { er: { and: { on: 1 } } } });
  console.info("info");
  console.warn("warn");
  console.error(new Error("shown").message, "x\ny");
  console.debug("debug");
  process.stdout.write("raw\n");
};

let seen = 0;
exports.counts = async () => ++seen;

exports.not_a_function = 7;

exports.inner = { most: async () => "found" };

exports.throws_half_a_character = async () => {
  throw Object.assign(new Error("told"), { name: "\ud83d" });
};
