// The `context` of a handler: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html

export function contextOf(headers, invocation) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    get callbackWaitsForEmptyEventLoop() {
      return invocation.callbackWaitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      invocation.callbackWaitsForEmptyEventLoop = value;
    },
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(headers["lambda-runtime-client-context"]),
    identity: parsed(headers["lambda-runtime-cognito-identity"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: invocation.done,
    succeed: invocation.succeed,
    fail: invocation.fail,
  };
}

function parsed(header) {
  return header ? JSON.parse(header) : undefined;
}
