include { json ; quoted } from '../functions/parameters'

// Reports all faults of the parameters, the motif databases and the factors of --mode filters before any other step.
process CHECK_FILTERS {
    label 'process_single'

    input:
    val settings      // [preset: 'tiny', seed: 1, ...]: as given
    path schema       // nextflow_schema.json
    path presets      // assets/filters/presets.json
    val missing       // ['positives']: parameters that name a file that is not there
    path motifs       // databases, or []
    path factors      // TSV: factor, motifs, tasks; or []
    val code

    output:
    path 'params.json', emit: settings
    path 'record.json', topic: records

    script:
    def absent = missing ? "--missing ${missing.join(' ')}" : ''
    def files = [motifs ? "--motifs ${motifs}" : '', factors ? "--factors ${factors}" : ''].findAll().join(' ')
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(settings))} > params.json
    check_filters.py --params params.json --schema ${schema} --presets ${presets} ${absent} ${files}
    """

    stub:
    """
    # code ${code}
    echo '{}' | tee params.json > record.json
    """
}
