/**
 * Steps that a test starts from: `setup { Steps.labelled(delegate) }`. Each of them runs what it needs before it as well, and
 * is then there under its own name: `LABEL.out.labels`. Those that read files of Inputs need these written in `when`.
 */
class Steps {

    /** SIMULATE: genome, annotation and three sets. */
    static void simulated(test) {
        test.run('SIMULATE') {
            script 'modules/simulate/main.nf'
            process { '''
                input[0] = params.findAll { name, _value -> name.startsWith('sim_') }
                input[1] = 'test'
            ''' }
        }
    }

    /** HARMONISE: the three sets of Inputs.sets. */
    static void harmonised(test) {
        test.run('HARMONISE') {
            script 'modules/harmonise/main.nf'
            process { """
                def inputs = file('${test.launchDir}/inputs')
                input[0] = channel.of('a', 'b', 'c').map { set ->
                    [[id: set, format: 'bed', settings: [options: [:], contig_alias: [:], coordinate_fix: 'auto']], [inputs.resolve("\${set}.bed")], []]
                }
                input[1] = inputs.resolve('genome.fna')
                input[2] = inputs.resolve('genome.json')
                input[3] = file("\${projectDir}/assets/known_sequences.tsv")
                input[4] = 'test'
            """ }
        }
    }

    /** CURATE_SITES: the checked genome and the sites of its three sets, curated. */
    static void curated(test) {
        test.run('CURATE_SITES') {
            script 'modules/subworkflows/curate_sites/main.nf'
            workflow { '''
                input[0] = params.findAll { name, _value -> name != 'nf_test_output' }
                input[1] = input[0]
                input[2] = file("${projectDir}/nextflow_schema.json")
            ''' }
        }
    }

    /** LABEL: labels and arcs of the curated sites. */
    static void labelled(test) {
        curated(test)
        test.run('LABEL') {
            script 'modules/label/main.nf'
            process { '''
                input[0] = CURATE_SITES.out.sites.map { sites -> [[id: 'curated'], sites, []] }
                input[1] = CURATE_SITES.out.genome
                input[2] = CURATE_SITES.out.genome_json
                input[3] = 20
                input[4] = '70/20/10'
                input[5] = file("${projectDir}/assets/cut_points.tsv")
                input[6] = 'test'
            ''' }
        }
    }

    /** TRAIN: networks of the preset tiny after ten steps on Inputs.scored: the real one, and others beside it. */
    static void trained(test, String controls = '') {
        test.run('TRAIN') {
            script 'modules/train/main.nf'
            process { """
                def inputs  = file('${test.launchDir}/inputs')
                def presets = new groovy.json.JsonSlurper().parseText(file("\${projectDir}/assets/presets.json").text)
                input[0] = [[${controls}[id: 'curated', seed: 1]], inputs.resolve('labels.safetensors'), inputs.resolve('labels.json'), inputs.resolve('split.tsv'), [], presets.subMap(['tiny'])]
                input[1] = inputs.resolve('genome.fna')
                input[2] = inputs.resolve('genome.json')
                input[3] = [max_steps: 10]
                input[4] = 'cpu'
                input[5] = "\${workflow.workDir}/checkpoints".toString()
                input[6] = 'test'
            """ }
        }
    }

    /** TRAIN: the real network, one with weights as drawn, and one on rotated labels. */
    static void trainedWithControls(test) {
        trained(test, "[id: 'control_random_01', control: 'random', seed: 1001, steps: 0], [id: 'control_rotated_01', control: 'rotated', seed: 2001, rotate: 0.005], ")
    }

    /** Of those three the real one, all its heads, and one head of the one on rotated labels: [[id: 'curated', seed: 1], model/, []], ... */
    static final String TESTED = """TRAIN.out.model.flatMap { networks, models -> [networks, models].transpose() }
        .filter { network, _model -> network.control != 'random' }
        .map { network, model -> [network, model, network.control ? ['L2_H3'] : []] }"""

    /** MEASURE_HEADS: the heads of those three. */
    static void measured(test) {
        trainedWithControls(test)
        test.run('MEASURE_HEADS') {
            script 'modules/measure_heads/main.nf'
            process { measuring(test.launchDir) }
        }
    }

    /** SCREEN_HEADS: which heads of the controls stand out by the rule in the inputs. */
    static void screened(test) {
        measured(test)
        test.run('SCREEN_HEADS') {
            script 'modules/screen_heads/main.nf'
            process { """
                input[0] = MEASURE_HEADS.out.measured.map { networks, _folders -> networks }
                input[1] = MEASURE_HEADS.out.measured.map { _networks, folders -> folders }
                input[2] = file('${test.launchDir}/inputs/rule.json')
                input[3] = 'test'
            """ }
        }
    }

    /** The inputs of MEASURE_HEADS on Inputs.scored. */
    static String measuring(folder, String models = 'TRAIN.out.model') {
        """
            input[0] = ${models}
            input[1] = file('${folder}/inputs/labels.safetensors')
            input[2] = file('${folder}/inputs/split.tsv')
            input[3] = file('${folder}/inputs/genome.fna')
            input[4] = file('${folder}/inputs/genome.json')
            input[5] = 4000
            input[6] = 1
            input[7] = 'cpu'
            input[8] = 'test'
        """
    }

    /** PREDICT: the outputs of the real network of `trained`. */
    static void predicted(test) {
        trained(test)
        test.run('PREDICT') {
            script 'modules/predict/main.nf'
            process { """
                input[0] = TRAIN.out.model.map { networks, models -> [networks[0], models[0], 1] }
                input[1] = file('${test.launchDir}/inputs/genome.fna')
                input[2] = file('${test.launchDir}/inputs/genome.json')
                input[3] = 1
                input[4] = 1
                input[5] = 1
                input[6] = 'cpu'
                input[7] = 'test'
            """ }
        }
    }

    /** PROFILE: where the heads of that network look. */
    static void profiled(test) {
        predicted(test)
        test.run('PROFILE') {
            script 'modules/profile/main.nf'
            process { """
                input[0] = file('${test.launchDir}/inputs/genome.fna')
                input[1] = file('${test.launchDir}/inputs/genome.json')
                input[2] = TRAIN.out.model.map { _networks, models -> models[0] }
                input[3] = PREDICT.out.shard.map { _meta, shard -> shard }
                input[4] = '30,31'
                input[5] = 'test'
            """ }
        }
    }
}
