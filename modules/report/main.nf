include { quoted } from '../functions/parameters'

// The pages about the run: outcome, atlas of heads, a page for each head, run card, tables, MultiQC.
// This step reads the topic `records`; it must not write to it, or the run would wait forever.
process REPORT {
    label 'process_single'

    input:
    path facts                           // metrics.json curves.tsv history.tsv ...: results of the steps
    path audits                          // a.audit.json b.audit.json ...
    path heads                           // L1_H1 L1_H2 ...
    path tested, stageAs: 'tested/*'     // heads.tsv grades.json knockout.tsv ... curated, or []
    path records, stageAs: 'records/?/*' // records/1/record.json records/2/record.json ...
    path templates, stageAs: 'templates/*' // base.html base.css ...: all of assets/report
    val run_name
    val code

    output:
    path 'report/outcome.json'          , emit: outcome
    path 'report/software_versions.yml' , emit: versions
    path 'report/**'                    , emit: files

    script:
    """
    # code ${code}
    write_report.py --heads ${heads} --metrics metrics.json --curves curves.tsv --history history.tsv \\
        --training training.json --model_json model.json --labels_json labels.json --split split.tsv \\
        --genome_json genome.json --curation curation.json --sets sets.tsv --overlap overlap.tsv \\
        --overlap_png overlap.png --sites sites.bed --genome genome.fna --audits ${audits} --audit_table audit.tsv \\
        --audit_png audit.png --distances_png distances.png --sources sources.json \\
        --published_counts published_counts.json --grid_png grid.png --profile_json profile.json \\
        --records ${records} --params params.json --peers peers.json --tested tested --templates templates \\
        --run_name ${quoted(run_name)} --out report
    printf 'Workflow:\\n  attentome: "%s"\\n  nextflow: "%s"\\n' \\
        ${workflow.manifest.version} ${workflow.nextflow.version} >> report/software_versions.yml
    """

    stub:
    """
    # code ${code}
    mkdir -p report/heads report/tables report/multiqc
    cd report
    echo '{"state": "stub", "sentence": "A stub run computes nothing."}' > outcome.json
    touch atlas.html atlas.png atlas.svg run_card.html run_card.json README.txt software_versions.yml
    touch multiqc/multiqc_report.html tables/{heads,windows,metrics,curves}.tsv tables/{profiles,spearman}.tsv.gz
    for head in ../L*_H*; do touch heads/\$(basename \$head).html; done
    """
}
