# Python example: pip install boto3
import os

import boto3
from botocore.config import Config

os.environ.pop("AWS_BEARER_TOKEN_BEDROCK", None)  # boto3 would use it in place of the key, and not say so

client = boto3.client(
    "bedrock-runtime",
    region_name="us-east-1",
    endpoint_url="https://bedrock-runtime.us-east-1.amazonaws.com",
    # Nothing is to be added to the endpoint, whatever the environment says.
    config=Config(use_fips_endpoint=False, use_dualstack_endpoint=False),
    aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    aws_session_token=os.environ.get("AWS_SESSION_TOKEN") or None,  # temporary keys have one
)
response = client.converse(
    modelId="arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6",
    messages=[{"role": "user", "content": [{"text": "Say hello in one sentence."}]}],
)
# An answer may begin with a block of reasoning, which has no text of its own.
print("".join(block.get("text", "") for block in response["output"]["message"]["content"]))
