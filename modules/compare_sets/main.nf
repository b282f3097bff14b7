// Compares one network's outputs with the sites of every set, on the test arc.
process COMPARE_SETS {
    tag "${meta.id}"
    label 'process_single'

    input:
    tuple val(meta), path(outputs)              // [id: 'curated'], outputs.safetensors
    val sets                                    // ['curated', 'a', ...]: the names of the label sets
    path labels, stageAs: 'labels/?/*'          // labels/1/labels.safetensors ...: in the same order
    path split
    val seed                                    // of the bootstrap
    val code

    output:
    path "${meta.id}.grid.tsv", emit: grid
    path 'record.json'        , topic: records

    script:
    def named = sets.withIndex(1).collect { name, number -> "${name}=labels/${number}/labels.safetensors" }.join(' ')
    """
    # code ${code}
    compare_sets.py --network ${meta.id} --outputs ${outputs} --labels ${named} --split ${split} --seed ${seed} --out .
    """

    stub:
    """
    # code ${code}
    touch ${meta.id}.grid.tsv
    echo '{}' > record.json
    """
}
