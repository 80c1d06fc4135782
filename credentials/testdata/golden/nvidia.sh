curl -X POST 'https://integrate.api.nvidia.com/v1/chat/completions' \
  -H 'Content-Type: application/json' \
  --globoff \
  --data-raw '{"model":"nvidia/nemotron-3-super-120b-a12b","messages":[{"role":"user","content":"Say hello in one sentence."}]}' \
  -H @- <<EOF
Authorization: Bearer ${NVIDIA_API_KEY:?}
EOF
