# Holds a server, so that it does not outlive the process at the other end of standard input.
# Arguments: the beginning of the path of the server's folder, which is made here so that nothing is
# left of it whenever that process goes, and the signal that ends the server at the end; `strike` for a
# server that manages others, which may not do anything more once it is to end.
# Tells the folder first. Reads orders then, one a line, and answers each with a line.
folder=
last=$2
server=

lives() {
  # Without looking at its jobs, a shell may not know that one has ended.
  jobs >/dev/null
  kill -s 0 "$server"
}

# The first processes of PostgreSQL whose data lie in the folder. The file of one that was killed
# stays, and another process may have its number.
postmasters() {
  for file in "$folder"/*/postmaster.pid; do
    if read -r id <"$file" && [ "/proc/$id/cwd" -ef "${file%/*}" ]; then echo "$id"; fi
  done 2>/dev/null
}

# The server and all processes below it, without those of PostgreSQL.
managers() {
  grep -s '^PPid:' /proc/[0-9]*/status | awk -F '[/:\t ]+' -v first="$server" -v no="$*" '
    { parent[$3] = $6 }
    END {
      split(no, list, " "); for (at in list) skip[list[at]] = 1
      found[first] = 1
      do {
        more = 0
        for (id in parent)
          if (parent[id] in found && !(id in found) && !(id in skip)) { found[id] = 1; more = 1 }
      } while (more)
      for (id in found) print id
    }'
}

# Kills the server and all below it at once: one that is left would start what another one has lost.
# PostgreSQL gets the signal that is given.
strike() {
  ids=$(postmasters)
  # Unquoted: each is a number.
  kill -s KILL $(managers $ids)
  if [ -n "$ids" ]; then kill -s "$1" $ids; fi
}

finish() {
  trap '' INT TERM HUP
  tries=0
  if [ "$last" = strike ]; then
    if [ -n "$server" ]; then strike QUIT; fi
    server=
    while ids=$(postmasters) && [ -n "$ids" ] && [ "$tries" -lt 1000 ]; do
      if [ "$tries" -eq 150 ]; then kill -s KILL $ids; fi
      sleep 0.02
      tries=$((tries + 1))
    done
    tries=0
  fi
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
    strike)
      strike KILL
      wait "$server"
      server=
      echo struck
      ;;
  esac
done
