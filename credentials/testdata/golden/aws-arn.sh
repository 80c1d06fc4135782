curl -X POST $(case $(curl -V) in
    ("curl 7."* | "curl 8."[0-9].* | "curl 8.1"[0-3].*) echo 'https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%253Aaws%253Abedrock%253Aus-east-1%253A123456789012%253Ainference-profile%252Fus.anthropic.claude-sonnet-4-6/converse' --request-target '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-sonnet-4-6/converse' ;;
    (*) echo 'https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-sonnet-4-6/converse' ;;
  esac) \
  --aws-sigv4 'aws:amz:us-east-1:bedrock' \
  -H 'Content-Type: application/json' \
  --globoff \
  --data-raw '{"messages":[{"role":"user","content":[{"text":"Say hello in one sentence."}]}]}' \
  --config - <<EOF
user = "${AWS_ACCESS_KEY_ID:?}:${AWS_SECRET_ACCESS_KEY:?}"
${AWS_SESSION_TOKEN:+header=X-Amz-Security-Token:$AWS_SESSION_TOKEN}
EOF
