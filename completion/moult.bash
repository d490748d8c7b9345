# SPDX-License-Identifier: Apache-2.0
# bash completion for moult(1).
#
# The tables between the two marks are made from the option tables of the command: cli/update-docs.

# begin generated
declare -gA _moult_words=(
    [moult]="init inspect diff plan apply sync validate audit snapshot tenants doctor plugin trust config"
    [moult options]=" --config= --environment= --set= --jobs= --format= --color= --quiet --log-level= --log-format= --plugin-dir= --manifest-dir= --help --version"
    [init options]=" --database= --url="
    [init operands]="directory"
    [inspect options]=" --include= --exclude= --dir= --output= --like= --scratch= --allow-do"
    [inspect operands]="file"
    [diff options]=" --exit-code --layout --output= --rename= --renames= --like= --scratch= --allow-do"
    [diff operands]="file"
    [plan options]=" --to= --output= --layout --planner= --allow-empty --tenant= --label= --all-tenants --rename= --renames= --like= --scratch= --allow-do"
    [plan operands]="file"
    [apply options]=" --allow= --yes --dry-run --keep-going --lock-timeout= --tenant= --label= --all-tenants"
    [apply operands]="file"
    [sync options]=" --to= --layout --planner= --allow= --yes --dry-run --keep-going --lock-timeout= --tenant= --label= --all-tenants --rename= --renames= --like= --scratch= --allow-do"
    [sync operands]="file"
    [validate options]=" --to= --layout --tenant= --label= --all-tenants --like= --scratch= --allow-do"
    [validate operands]="file"
    [audit options]=" --tenant= --label= --all-tenants"
    [audit operands]="file"
    [snapshot]="save list show latest compare prune"
    [snapshot save options]=" --from= --as= --tag= --output= --tenant= --label= --all-tenants --like= --scratch= --allow-do"
    [snapshot save operands]="file"
    [snapshot list options]=""
    [snapshot list operands]="none"
    [snapshot show options]=" --output="
    [snapshot show operands]="none"
    [snapshot latest options]=""
    [snapshot latest operands]="none"
    [snapshot compare options]=" --exit-code --layout --rename= --renames="
    [snapshot compare operands]="none"
    [snapshot prune options]=" --keep= --yes"
    [snapshot prune operands]="none"
    [tenants]="list"
    [tenants list options]=" --tenant= --label= --all-tenants"
    [tenants list operands]="file"
    [doctor options]=" --tenant= --label= --all-tenants"
    [doctor operands]="file"
    [plugin]="list info check new"
    [plugin list options]=""
    [plugin list operands]="none"
    [plugin info options]=""
    [plugin info operands]="file"
    [plugin check options]=""
    [plugin check operands]="file"
    [plugin new options]=""
    [plugin new operands]="none"
    [trust options]=""
    [trust operands]="file"
    [config options]=""
    [config operands]="none"
)
declare -gA _moult_choices=(
    [--format]="text|json|sql"
    [--color]="auto|always|never"
    [--log-level]="error|warning|info|debug"
    [--log-format]="text|json"
)
# end generated

# Which command the words before the cursor name; "moult" while there is none.
_moult_command()
{
    local i word group=
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            -*)
                # An option that takes its value as the next word.
                [[ $word != *=* && " ${_moult_words[moult options]} " == *" $word= "* ]] && ((i++))
                ;;
            *)
                if [[ $group ]]; then
                    echo "$group $word"
                    return
                elif [[ ${_moult_words[$word]+there} && $word != moult ]]; then
                    group=$word
                else
                    echo "$word"
                    return
                fi
                ;;
        esac
    done
    echo "${group:-moult}"
}

_moult_replies()
{
    mapfile -t COMPREPLY < <(compgen "$@" -- "$cur")
}

# OPTION CURRENT: the values of an option.
_moult_values()
{
    local cur=$2
    if [[ ${_moult_choices[$1]+there} ]]; then
        _moult_replies -W "${_moult_choices[$1]//|/ }"
    else
        compopt -o filenames
        case $1 in
            --dir | --plugin-dir | --manifest-dir) _moult_replies -d ;;
            *) _moult_replies -f ;;
        esac
    fi
}

_moult()
{
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command options
    command=$(_moult_command)
    options=" ${_moult_words[$command options]} ${_moult_words[moult options]} "
    COMPREPLY=()
    # "--format=js" comes as three words where "=" breaks words.
    if [[ $cur == = ]]; then
        _moult_values "$previous" ""
    elif [[ $previous == = ]]; then
        _moult_values "${COMP_WORDS[COMP_CWORD - 2]}" "$cur"
    elif [[ $previous == --* && $options == *" $previous= "* ]]; then
        _moult_values "$previous" "$cur"
    elif [[ $cur == -* ]]; then
        _moult_replies -W "$options"
        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    elif [[ ${_moult_words[$command]+there} ]]; then
        _moult_replies -W "${_moult_words[$command]}"
    elif [[ ${_moult_words[$command operands]} == directory ]]; then
        compopt -o filenames
        _moult_replies -d
    elif [[ ${_moult_words[$command operands]} == file ]]; then
        compopt -o filenames
        _moult_replies -f
    fi
}
complete -F _moult moult
