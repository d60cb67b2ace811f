/**
 * A tool outside of the tree that is the whole recipe. Both outputs are its version and all that lies in `csrc`, with
 * names: another input or another tool is another output. An output that git tracks is left alone. A source that says
 * `broken` makes it fail. While `drive/wait` is there it stands still between reading and writing.
 */
export const RECIPE = `#!/bin/sh
VERSION=0
drive=../drive
echo "$$" >>"$drive/starts-\${PWD##*/}"
mkdir -p work
find csrc -name .git -prune -o -type f ! -name '*.log' -print | LC_ALL=C sort >work/list
{
  echo "TOOL = '$VERSION'"
  echo 'SOURCE = """'
  while read -r file; do echo "== $file"; cat "$file"; done <work/list
  echo '"""'
} >work/text
if grep -q broken work/text; then echo "broken source"; exit 1; fi
while [ -e "$drive/wait" ]; do echo $$ >"$drive/waiting"; sleep 0.01; done
for output in pkg/glue.py pkg/more.py; do
  git ls-files --error-unmatch "$output" >/dev/null 2>&1 || cp work/text "$output"
done
`;

export const OUTPUTS = ["pkg/glue.py", "pkg/more.py"] as const;
