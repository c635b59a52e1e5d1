# Holds a server, so that it does not outlive the process at the other end of standard input.
# Arguments: the beginning of the path of the server's folder, which is made here so that nothing is
# left of it whenever that process goes, and the signal that ends the server at the end.
# Tells the folder first. Reads orders then, one a line, and answers each with a line.
folder=
last=$2
server=

lives() {
  # Without looking at its jobs, a shell may not know that one has ended.
  jobs >/dev/null
  kill -s 0 "$server"
}

finish() {
  trap '' INT TERM HUP
  tries=0
  # Again and again: a server that has just been started may not listen to signals yet.
  while [ -n "$server" ] && lives; do
    kill -s "$last" "$server"
    sleep 0.02
    tries=$((tries + 1))
    if [ "$tries" -ge 1000 ]; then last=KILL; fi
  done
  # After a kill, processes of the server may still be about to end, and write.
  tries=0
  until [ -z "$folder" ] || rm -rf "$folder" || [ "$tries" -ge 1000 ]; do
    sleep 0.02
    tries=$((tries + 1))
  done
}
trap finish EXIT
trap exit INT TERM HUP
# An answer that nobody reads any more.
trap '' PIPE

folder=$(mktemp -d "$1XXXXXXXX") || exit
echo "$folder"

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
      if lives; then echo yes; else echo no; fi
      ;;
    end)
      kill -s "$words" "$server"
      wait "$server"
      server=
      echo ended
      ;;
  esac
done
