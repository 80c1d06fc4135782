curl -X POST 'https://llm.example.com/v1/chat/completions' \
  -H 'Content-Type: application/json' \
  --globoff \
  --data-raw '{"model":"small-1","messages":[{"role":"user","content":"Say hello in one sentence."}]}' \
  -H @- <<EOF
api-key: ${MY_LLM_API_KEY:?}
EOF
