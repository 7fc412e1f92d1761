# Hosts on one machine, sourced by the tests that need several: each has a network, a host name, a
# /tmp and a /dev/shm of its own, and they share everything else, as hosts of a cluster share their
# file system. They are linked by a bridge that nothing else is on. Root only.
#
#     hosts_up 4              hosts head, n1 ... n4; on exit they go down by themselves
#     on n2 COMMAND...        runs a command there
#     cut_off n2; reconnect n2  takes its network away, gives it back
#     power_off n2            kills all that runs there, which the others do not hear of
#     hosts_mpirun OPTION...  mpirun on head, as a user has it, over the hosts of $hostfile
#
# Processes are numbered alike on all of them, so that a test can see and kill any.
# shellcheck shell=bash disable=SC2154 # root and tools are those of cli.sh

hosts_state=$SCRATCH/hosts
hosts_names=()
hostfile=$hosts_state/hostfile
agent=$hosts_state/agent # what mpirun calls in place of ssh

# Why there can be no such hosts here, or nothing.
hosts_trouble() {
    local tool
    for tool in ip nsenter unshare; do
        command -v $tool > /dev/null || echo "$tool is not installed"
    done
    if [ "$(id -u)" -ne 0 ]; then
        echo "only root can make network namespaces"
    elif ! unshare --net --uts --mount true 2> /dev/null; then
        echo "this system lets nobody make network namespaces"
    elif ! unshare --net ip link add br0 type bridge 2> /dev/null; then
        echo "this kernel has no network bridges"
    fi
}

hosts_space() { # HOST: its network namespace, told apart from those of tests that run beside
    echo "ls$$-$1"
}

hosts_address() {
    case $1 in
    head) echo 10.77.0.10 ;;
    *) echo 10.77.0.$((10 + ${1#n})) ;;
    esac
}

# Within the mount namespace of a host: /tmp becomes its own, but for the folders that all share.
hosts_mounts() { # FOLDER SHARED...
    local folder=$1 shared
    shift
    mkdir -p "$folder/tmp"
    mount -t tmpfs -o mode=1777 tmpfs "$folder/tmp"
    for shared in "$@"; do
        case $shared in
        /tmp/?*)
            mkdir -p "$folder$shared"
            mount --rbind "$shared" "$folder$shared"
            ;;
        esac
    done
    mount --rbind "$folder/tmp" /tmp
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    mount --bind "$hosts_state/etc-hosts" /etc/hosts
}

# A host, alive for as long as the process that this starts.
hosts_start() { # HOST
    local host=$1 space folder=$hosts_state/$1
    space=$(hosts_space "$host")
    mkdir -p "$folder"
    ip netns add "$space"
    ip link add "$host" netns "$(hosts_space switch)" type veth peer name eth0 netns "$space"
    ip -n "$(hosts_space switch)" link set "$host" master br0 up
    ip -n "$space" addr add "$(hosts_address "$host")/24" dev eth0
    ip -n "$space" link set eth0 up
    ip -n "$space" link set lo up
    export hosts_state
    export -f hosts_mounts
    # shellcheck disable=SC2016 # the inner shell's
    setsid nsenter --net="/run/netns/$space" unshare --uts --mount bash -c '
        hostname "$1" && hosts_mounts "${@:2}" && touch "$2/ready" && exec sleep infinity' \
        host "$host" "$folder" "$root" "$SCRATCH" "$tools" < /dev/null > "$folder/log" 2>&1 &
    echo $! > "$folder/pid"
    disown
}

hosts_up() { # N: head, n1 ... nN
    local host deadline=$((SECONDS + 20))
    mapfile -t hosts_names < <(echo head && seq -f n%g "$1")
    trap 'hosts_down' EXIT
    mkdir -p "$hosts_state"
    {
        echo 127.0.0.1 localhost
        for host in "${hosts_names[@]}"; do
            echo "$(hosts_address "$host") $host"
        done
    } > "$hosts_state/etc-hosts"
    seq -f 'n%g slots=1' "$1" > "$hostfile"
    cat > "$agent" << END
#!/bin/sh
host=\$1
shift
[ -e "$hosts_state/\$host/cut" ] ||
    nsenter -t "\$(cat "$hosts_state/\$host/pid")" -n -u -m --wd="\$PWD" -- /bin/sh -c "\$*"
code=\$?
[ ! -e "$hosts_state/\$host/cut" ] || exec sleep infinity # as ssh waits for an answer
exit \$code
END
    chmod +x "$agent"
    ip netns add "$(hosts_space switch)"
    ip -n "$(hosts_space switch)" link add br0 type bridge
    ip -n "$(hosts_space switch)" link set br0 up
    for host in "${hosts_names[@]}"; do
        hosts_start "$host"
    done
    for host in "${hosts_names[@]}"; do
        until [ -e "$hosts_state/$host/ready" ]; do
            sleep 0.02
            [ $SECONDS -lt $deadline ] || return 1
        done
    done
}

on() { # HOST COMMAND...
    local host=$1
    shift
    nsenter -t "$(cat "$hosts_state/$host/pid")" -n -u -m --wd="$PWD" -- "$@"
}

cut_off() { # HOST
    touch "$hosts_state/$1/cut"
    ip -n "$(hosts_space switch)" link set "$1" down
}

reconnect() { # HOST
    rm -f "$hosts_state/$1/cut"
    ip -n "$(hosts_space switch)" link set "$1" up
}

hosts_kill() { # HOST: everything there but the host itself
    local pid
    for pid in $(ip netns pids "$(hosts_space "$1")" 2> /dev/null); do
        [ "$pid" = "$(cat "$hosts_state/$1/pid")" ] || kill -KILL "$pid" 2> /dev/null
    done
}

power_off() { # HOST
    cut_off "$1"
    hosts_kill "$1"
}

hosts_down() {
    local host
    for host in "${hosts_names[@]}"; do
        hosts_kill "$host"
        kill -KILL "$(cat "$hosts_state/$host/pid" 2> /dev/null)" 2> /dev/null
        ip netns del "$(hosts_space "$host")" 2> /dev/null
    done
    ip netns del "$(hosts_space switch)" 2> /dev/null
    hosts_names=()
}

# Without yielding, ranks that share a core wait 100 times as long for each other.
hosts_mpirun() {
    on head env OMPI_MCA_plm_rsh_agent="$agent" mpirun --hostfile "$hostfile" "$@"
}
