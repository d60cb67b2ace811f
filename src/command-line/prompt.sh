# $1: a folder with .git in it, $2: the clones that `install` knows. Prints one word, or nothing when all is fresh.
unset CDPATH NODE_EXTRA_CA_CERTS # the second costs node 80 ms at each start
cd -- "$1" 2>/dev/null || exit 0
git=.git
if [ -f .git ]; then # a linked work tree or a submodule
  IFS= read -r git <.git
  git=${git#gitdir: }
fi
git=$(cd -- "$git" 2>/dev/null && pwd -P) || exit 0
top=$(pwd -P)

# What lies in a git dir is run only where this user has installed the hooks: not in a folder that came from elsewhere.
program=
while IFS='	' read -r clone clone_node clone_program; do
  case $git in
    "$clone" | "$clone"/worktrees/*) node=$clone_node program=$clone_program ;;
  esac
done 2>/dev/null <"$2"
if [ -z "$program" ]; then exit 0; fi

if [ -f "$git/rebuild-if-needed/fresh.sh" ]; then # exits with 42 only at its last line
  (. "$git/rebuild-if-needed/fresh.sh") </dev/null >/dev/null 2>&1
  if [ $? -eq 42 ]; then exit 0; fi
fi

# A node on PATH may stand in for one that has gone, but never one that a checkout can bring.
if [ ! -x "$node" ]; then
  node=$(command -v node)
  case $node in "$top"/*) node= ;; /*) ;; *) node= ;; esac
fi
word=$("$node" "$program" status --short 2>/dev/null </dev/null)
case $? in
  0 | 3 | 10) printf %s "$word" ;;
  *) printf '?' ;; # it could not be told: nothing would mean fresh
esac
