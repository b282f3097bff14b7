#!/usr/bin/env nextflow

/*
 * Attentome: what networks that are trained on sequences look at.
 * --mode heads: TSS sets and a genome go in; a trained transformer and a page for each attention head come out.
 * --mode filters: motifs go in; what the first filters of convolutional networks spell comes out.
 */

include { code_version } from './modules/functions/code_version'
include { filter_files ; portable ; typed_parameters ; usable_parameters } from './modules/functions/parameters'

include { CHECK_DEVICE    } from './modules/check_device'
include { CHECK_FILTERS   } from './modules/check_filters'
include { CURATE_SITES    } from './modules/subworkflows/curate_sites'
include { EXPLAIN_FILTERS } from './modules/subworkflows/explain_filters'
include { EXPLAIN_HEADS   } from './modules/subworkflows/explain_heads'

workflow {
    // [preset: 'tiny', seed: 1, window: null, ...]: as given, for the check, and with defaults in place of wrong values
    schema   = file("${projectDir}/nextflow_schema.json")
    given    = typed_parameters(params, schema)
    settings = usable_parameters(given, schema)

    // 'auto', 'cpu' or 'cuda'; a GPU that is asked for is tried first
    CHECK_DEVICE(channel.of('cuda').filter { wanted -> settings.device == wanted }, code_version('check_device.py'))
    ch_device = settings.device == 'cuda' ? CHECK_DEVICE.out.device.first() : channel.value(settings.device)

    if (settings.mode == 'filters') {
        // [preset: [tasks: ...], motifs: [JASPAR.meme, ...], factors: factors.tsv, ...]
        files = filter_files(settings)
        CHECK_FILTERS(
            portable(given), schema, files.presets, files.missing, files.motifs, files.factors,
            code_version('check_filters.py'),
        )
        ch_checked = CHECK_FILTERS.out.settings
        // The input check waits for the schema, so that faults of this mode are reported first and only once.
        ch_schema = ch_checked.filter { _checked -> settings.input }.map { _checked -> schema }
        given_sets = [simulate: false] + (settings.input ? [:] : [genome: null, annotation: null])
    }
    else {
        ch_schema  = channel.value(schema)
        given_sets = [:]
    }
    // What networks of mode heads learn, and what --mode filters learns with --input
    CURATE_SITES(given + given_sets, settings + given_sets, ch_schema)
    ch_sites       = CURATE_SITES.out.sites
    ch_genome      = CURATE_SITES.out.genome
    ch_genome_json = CURATE_SITES.out.genome_json

    if (settings.mode == 'filters') {
        EXPLAIN_FILTERS(settings, files, ch_checked, ch_sites, ch_genome, ch_genome_json, ch_device)
    }
    else {
        EXPLAIN_HEADS(
            settings, ch_sites, CURATE_SITES.out.beds, ch_genome, ch_genome_json, CURATE_SITES.out.audits,
            CURATE_SITES.out.facts, ch_device,
        )
    }
}
