
# `cargo checker …` completes like `checker …`; all else is left to cargo's own completion.
_cargo_checker() {
    if [[ ${COMP_WORDS[1]} == checker && $COMP_CWORD -ge 2 ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _checker checker "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    elif declare -F _cargo >/dev/null; then
        _cargo "$@"
    fi
}
complete -F _cargo_checker -o bashdefault -o default cargo
