// A peer without a network: position weight matrices of a promoter, fitted by EM to the sites of the training arc.
process SCAN_PROMOTERS {
    label 'process_single'

    input:
    path genome
    path genome_json
    path labels
    path labels_json
    path split
    val code

    output:
    path 'pwm_scanner/outputs.safetensors', emit: outputs
    path 'pwm_scanner/promoter.json'      , emit: promoter
    path 'record.json'                    , topic: records

    script:
    """
    # code ${code}
    scan_promoters.py --genome ${genome} --genome_json ${genome_json} --labels ${labels} --labels_json ${labels_json} \\
        --split ${split} --out pwm_scanner
    """

    stub:
    """
    # code ${code}
    mkdir pwm_scanner
    touch pwm_scanner/outputs.safetensors
    echo '{}' | tee pwm_scanner/promoter.json > record.json
    """
}
