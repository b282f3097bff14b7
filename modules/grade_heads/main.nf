include { json ; quoted } from '../functions/parameters'

// A grade for every head of the main network by the published rule, and by the same rule for the heads of the controls.
process GRADE_HEADS {
    label 'process_single'

    input:
    val networks         // [[id: 'control_random_01', control: 'random', seed: 1001, steps: 0], ...]
    path measured        // their folders, in the same order
    path knocked, stageAs: 'knocked/*'    // folders of KNOCK_OUT_HEADS: of the main network and of some controls
    path mutated, stageAs: 'mutated/*'    // folders of MUTATE_SITES: of the same networks
    path names           // element_matches.tsv ...
    path rule            // grade_rule.json
    val code

    output:
    path 'graded/*'   , emit: tables
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    grade_heads.py --networks networks.json --measured ${measured.join(' ')} --knocked knocked --mutated mutated \\
        --elements element_matches.tsv --rule ${rule} --out graded
    """

    stub:
    """
    # code ${code}
    mkdir graded
    touch graded/{heads,seeds,seed_profiles,controls,bands,control_logos}.tsv
    echo '{}' | tee graded/grades.json > record.json
    """
}
