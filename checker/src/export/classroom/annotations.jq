# An annotation for each criterion that does not hold, as the runner's commands are escaped.
def data: gsub("%"; "%25") | gsub("\r"; "%0D") | gsub("\n"; "%0A");
def property: data | gsub(":"; "%3A") | gsub(","; "%2C");
(map(select(.type == "begin")) | first // {}) as $begin
| .[]
| select(.type == "criterion" and .verdict.kind != "pass" and .verdict.kind != "unstarted")
| (.verdict.at // {}) as $at
| (if ($at.file // "") | startswith("src/")
   then "file=\($begin.exercise + "/" + $at.file | property),line=\($at.line)," else "" end) as $place
| "::error \($place)title=\("\($begin.task) \(.verdict.kind)" | property)::\(.statement + "\n" + .verdict.seen | data)"
