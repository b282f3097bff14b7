include { json ; quoted } from '../functions/parameters'

// Which heads of control networks would get a grade if they passed the tests that have not been run on them yet.
process SCREEN_HEADS {
    label 'process_single'

    input:
    val networks         // [[id: 'control_random_01', control: 'random', seed: 1001, steps: 0], ...]
    path measured        // their folders, in the same order
    path rule            // grade_rule.json
    val code

    output:
    path 'screened.json', emit: json
    path 'record.json'  , topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    grade_heads.py --networks networks.json --measured ${measured.join(' ')} --rule ${rule} --screen screened.json
    """

    stub:
    """
    # code ${code}
    echo '[]' > screened.json
    echo '{}' > record.json
    """
}
