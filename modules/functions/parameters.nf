/*
 * Parameters, brought to their types. Nothing is reported here: CHECK_INPUTS reports every wrong value.
 */

// params -> plain map of typed values, the only place where types are converted. Text from the command line ('2',
// 'True') becomes what nextflow_schema.json asks for, a number becomes text where it asks for text; what cannot be
// converted stays as it is.
def typed_parameters(values, schema) {
    def properties = schema_properties(schema)
    return values.collectEntries { name, value -> [name, typed(value, properties[name]?.type)] }
}

// Typed values that the workflow can compute with until CHECK_INPUTS ends the run: in place of each value of a wrong
// type or out of bounds the default.
def usable_parameters(values, schema) {
    def properties = schema_properties(schema)
    return values.collectEntries { name, value ->
        [name, usable(value, properties[name] ?: [:]) ? value : properties[name].default]
    }
}

// The content of nextflow_schema.json -> [seed: [type: 'integer', default: 1, minimum: 0, ...], ...]
def schema_properties(schema) {
    return read_json(schema)['$defs'].values().collectEntries { group -> group.properties }
}

def typed(value, type) {
    def text = value.toString()
    if (value == null || value instanceof Boolean || (value instanceof Number && type != 'string')) {
        return value
    }
    if (type == 'integer' && text.isLong()) {
        return text.isInteger() ? text.toInteger() : text.toLong()
    }
    if (type == 'number' && text.isDouble()) {
        return text.toDouble()
    }
    if (type == 'boolean' && text.toLowerCase() in ['true', 'false']) {
        return text.toBoolean()
    }
    return text
}

def usable(value, property) {
    def fits = [
        integer: value instanceof Integer || value instanceof Long,
        number:  value instanceof Number,
        boolean: value instanceof Boolean,
    ]
    return value == null || (fits.getOrDefault(property.type, true) && within_bounds(value, property))
}

def within_bounds(value, property) {
    return (property['enum'] == null || value in property['enum']) &&
        (property.minimum == null || value >= property.minimum) &&
        (property.maximum == null || value <= property.maximum) &&
        (property.exclusiveMinimum == null || value > property.exclusiveMinimum) &&
        (property.exclusiveMaximum == null || value < property.exclusiveMaximum)
}

// The same values wherever the project lies: elements: /home/me/attentome/assets/elements.tsv -> assets/elements.tsv
def portable(values) {
    return values.collectEntries { name, value ->
        [name, value instanceof CharSequence ? value.replace("${projectDir}/", '') : value]
    }
}

// A parameter that lists names: 'set_a, set_b' -> ['set_a', 'set_b'], null -> []
def listed(text) {
    return text ? text.toString().tokenize(',').collect { name -> name.trim() } : []
}

// A path parameter as a file; [] if it is unset or there is no such file
def existing(name) {
    def found = name ? file(name, glob: false) : null
    return found?.exists() ? found : []
}

// Text as one word of a shell command: it's -> 'it'\''s'
def quoted(text) {
    return "'" + text.toString().replace("'", "'\\''") + "'"
}

// A value as JSON on one line
def json(value) {
    return groovy.json.JsonOutput.toJson(value)
}

// The content of a JSON file
def read_json(path) {
    return new groovy.json.JsonSlurper().parseText(path.text)
}

// One preset of assets/presets.json: [label_shift: 20, network: [...], training: [...], peer: [...]]
def read_preset(name) {
    return read_json(file("${projectDir}/assets/presets.json"))[name]
}

// The model that --model names: [folder: model/, label_shift: 20, network: [layers: 2, ...], ...]; null without --model
def read_model(folder) {
    def description = folder ? file("${folder}/model.json", checkIfExists: true) : null
    return description ? read_json(description) + [folder: description.parent] : null
}

// What --mode filters reads beside the data: [presets: presets.json, preset: [tasks: ...], motifs: [JASPAR.meme, ...],
// factors: factors.tsv, missing: ['motifs']], with what exists of the files, and the parameters that name others.
def filter_files(settings) {
    def folder  = "${projectDir}/assets/filters"
    def presets = file("${folder}/presets.json")
    def known   = read_json(presets)
    // With a preset of another mode, which the check reports, the smallest one stands in for it.
    def preset  = known[settings.preset] ?: known.tiny
    def motifs  = listed(settings.motifs) ?: [preset.motifs ? "${folder}/${preset.motifs}" : null]
    // CURATE_SITES looks for the genome itself, because with --input it may be an accession.
    def paths   = ['factors', 'positives', 'negatives', 'classes', 'hdf5'] + (settings.input ? [] : ['genome'])
    return [
        presets: presets,
        preset:  preset,
        motifs:  motifs.collect { name -> existing(name) }.findAll(),
        factors: existing(settings.factors ?: "${folder}/${preset.factors}"),
        missing: (listed(settings.motifs).every { name -> existing(name) } ? [] : ['motifs']) +
            paths.findAll { name -> settings[name] && !existing(settings[name]) },
    ]
}
