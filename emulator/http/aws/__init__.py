"""What a request to AWS means and what AWS answers, read from the service models that AWS itself publishes.

`model` is what a service can do, `routing` finds the operation that a request asks for, `restxml` reads its parameters
and writes its answer, `s3` is where S3 differs from its own model. None of them knows a bucket or a web framework:
an operation gets the values that a caller of boto3 passed, and returns those that boto3 will give back.
"""
