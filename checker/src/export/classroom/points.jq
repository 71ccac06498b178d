# The records of one task, as GitHub's reporter reads them: a test for each criterion, each with its points.
# Its table shows criteria that hold, as if all were worth the same; the points that it reports are these scores.
# What was never decided, and what the grader could not judge, is an error, not a failure.
(map(select(.type == "begin")) | first // {criteria: []}) as $begin
| (map(select(.type == "criterion")) | map({key: .test, value: .verdict}) | from_entries) as $verdicts
| [ $begin.criteria[]
    | . as $criterion
    | ($verdicts[.test].kind // "infra") as $kind
    | {
        name: .statement,
        status: (if $kind == "pass" then "pass" elif $kind == "infra" then "error" else "fail" end),
        score: (if $kind == "pass" then .points else 0 end),
        message: ($verdicts[.test].seen // "not judged"),
        test_code: "",
        filename: "",
        line_no: 0,
        execution_time: 0
      } ] as $tests
| {
    version: 1,
    status: (if $code > 1 or ($tests | any(.status == "error")) or ($tests == []) then "error"
             elif ($tests | all(.status == "pass")) then "pass" else "fail" end),
    max_score: ([$begin.criteria[].points] | add // 0),
    points: ([$tests[].score] | add // 0),
    tests: (if $tests == [] then [{name: $id, status: "error", score: 0, message: "not judged", line_no: 0}] else $tests end)
  }
