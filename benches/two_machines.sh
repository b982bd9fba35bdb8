#!/bin/sh
# Two "machines" on one: network namespaces with names of their own and a wire between them, over which ranks speak TCP.
#
#     sudo sh benches/two_machines.sh target/debug/neuropil-with-mpi run models/networks/potjans_diesmann_2014.json --scale 0.1 -o two.h5
#     sudo sh benches/two_machines.sh --delay-us 50 target/...        # each way, where the kernel has tc's netem
#
# One rank on each. Needs root, iproute2, util-linux, and Open MPI; what it makes it removes.
set -eu

here=$$
a="npa$here" b="npb$here"
places=$(mktemp -d)
cleanup() {
    ip netns del "$a" 2>/dev/null || true
    ip netns del "$b" 2>/dev/null || true
    rm -rf "$places"
}
trap cleanup EXIT INT TERM

delay=
if [ "${1-}" = "--delay-us" ]; then
    delay=$2
    shift 2
fi
case "${1-}" in
    "" | -*) echo "expected a command, found '${1-}'" >&2; exit 2 ;;
esac
command -v "$1" >/dev/null || { echo "there is no command '$1'" >&2; exit 2; }
program=$(realpath "$(command -v "$1")")
shift

ip netns add "$a"
ip netns add "$b"
ip link add "wa$here" netns "$a" type veth peer name "wb$here" netns "$b"
ip -n "$a" addr add 10.231.7.1/24 dev "wa$here"
ip -n "$b" addr add 10.231.7.2/24 dev "wb$here"
for side in a b; do
    ip -n "np$side$here" link set lo up
    ip -n "np$side$here" link set "w$side$here" up
    if [ -n "$delay" ]; then
        tc -n "np$side$here" qdisc add dev "w$side$here" root netem delay "${delay}us" 2>/dev/null || {
            echo "this kernel has no netem: leave --delay-us out" >&2
            exit 2
        }
    fi
done

# What mpirun calls in place of ssh: ADDRESS COMMAND...
mkdir "$places/a" "$places/b"
cat > "$places/agent" <<END
#!/bin/sh
shift
exec ip netns exec $b unshare --uts sh -c "hostname $b; TMPDIR=$places/b \$*"
END
chmod +x "$places/agent"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TMPDIR="$places/a"
ip netns exec "$a" unshare --uts sh -c 'hostname "$0"; exec mpirun "$@"' "$a" --bind-to none \
    --mca plm_rsh_agent "$places/agent" --host 10.231.7.1:1,10.231.7.2:1 \
    --mca btl tcp,self --mca btl_tcp_if_include 10.231.7.0/24 --mca oob_tcp_if_include 10.231.7.0/24 \
    -n 2 "$program" "$@"
