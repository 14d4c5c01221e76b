#!/usr/bin/env bash
# Installs the browser that test/browser needs: Debian's Chromium, which playwright-core drives.
set -euo pipefail
if [ -x /usr/bin/chromium ]; then
  echo "Chromium is there: $(/usr/bin/chromium --version 2>/dev/null || echo /usr/bin/chromium)"
  exit
fi
run=()
if [ "$(id -u)" -ne 0 ]; then run=(sudo); fi
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
/usr/bin/chromium --version
