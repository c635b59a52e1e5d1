# Holds a server, so that it does not outlive the process at the other end of standard input.
# Arguments: the server's folder, and the signal that ends the server at the end.
# Reads orders, one a line, and answers each with a line.
folder=$1
last=$2
server=

finish() {
  trap '' INT TERM HUP
  if [ -n "$server" ] && kill -s "$last" "$server"; then wait "$server"; fi
  # After a kill, processes of the server may still be about to end, and write.
  tries=0
  until rm -rf "$folder" || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
}
trap finish EXIT
trap exit INT TERM HUP

while read -r order words; do
  case $order in
    run)
      eval "$words" </dev/null >>"$folder/log" 2>&1
      echo "$?"
      ;;
    start)
      eval "$words </dev/null >>\"\$folder/log\" 2>&1 &"
      server=$!
      echo "$server"
      ;;
    alive)
      # Without looking at its jobs, a shell may not know that one has ended.
      jobs >/dev/null
      if kill -s 0 "$server"; then echo yes; else echo no; fi
      ;;
    end)
      kill -s "$words" "$server"
      wait "$server"
      server=
      echo ended
      ;;
  esac
done
