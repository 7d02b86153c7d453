# shellcheck shell=bash
# What `up` ends with: the page, the log-in, five commands that work as pasted.

show_tour() {
  local gateway email password
  gateway_address
  gateway=$REPLY
  email=$(jq -r .email "$demonstration_folder/viewer.json")
  password=$(jq -r .password "$demonstration_folder/viewer.json")
  cat <<TEXT

The page:   $gateway/
Log in as:  $email   password: $password
Operator:   $(jq -r .email "$demonstration_folder/operator.json"), password in $demonstration_folder/operator.json

Or by curl, pasted one after the other:

TEXT
  tour_commands "$gateway" "$email" "$password"
}

# tour_commands GATEWAY EMAIL PASSWORD
tour_commands() {
  cat <<TEXT
TOKEN=\$(curl -s $1/v1/sessions -H 'content-type: application/json' -d '{"email":"$2","password":"$3","device":{"name":"curl","kind":"web"}}' | jq -r .accessToken)
PROFILE=\$(curl -s $1/v1/profiles -H "authorization: Bearer \$TOKEN" | jq -r '.items[0].id')
curl -s $1/v1/profiles/\$PROFILE/home -H "authorization: Bearer \$TOKEN" | jq '.rows[] | {title, films: [.cards[:4][].name]}'
TITLE=\$(curl -s "$1/v1/profiles/\$PROFILE/search?q=test%20card" -H "authorization: Bearer \$TOKEN" | jq -r '.items[0].titleId')
curl -s $1/v1/profiles/\$PROFILE/playback-sessions -H "authorization: Bearer \$TOKEN" -H 'content-type: application/json' -d "{\"titleId\":\"\$TITLE\",\"device\":{\"kind\":\"web\"}}" | jq -r .manifests.hls | xargs -I{} curl -s $1{}
TEXT
}
