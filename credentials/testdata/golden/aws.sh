curl -X POST 'https://bedrock-runtime.eu-north-1.amazonaws.com/model/eu.anthropic.claude-sonnet-4-6/converse' \
  --aws-sigv4 'aws:amz:eu-north-1:bedrock' \
  -H 'Content-Type: application/json' \
  --globoff \
  --data-raw '{"messages":[{"role":"user","content":[{"text":"Say hello in one sentence."}]}]}' \
  --config - <<EOF
user = "${AWS_ACCESS_KEY_ID:?}:${AWS_SECRET_ACCESS_KEY:?}"
${AWS_SESSION_TOKEN:+header=X-Amz-Security-Token:$AWS_SESSION_TOKEN}
EOF
