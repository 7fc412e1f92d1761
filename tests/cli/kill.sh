#!/usr/bin/env bash
# The killing test's short form.
exec bash "$(dirname "$0")/../campaign/kill.sh" 20
