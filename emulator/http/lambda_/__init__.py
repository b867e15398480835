"""The door for Lambda's REST protocol: https://docs.aws.amazon.com/lambda/latest/api/."""
