/*
 * Parameters, read without judging them: CHECK_INPUTS says what is wrong.
 */

// params -> plain map of typed values. What the command line leaves as text ('2', 'true') becomes what
// nextflow_schema.json asks for; text that cannot stays as it is.
def typed_parameters(values, schema) {
    def properties = new groovy.json.JsonSlurper().parseText(schema.text)['$defs'].values().collectEntries { group -> group.properties }
    return values.collectEntries { name, value -> [name, typed(value, properties[name]?.type)] }
}

def typed(value, type) {
    def text = value.toString()
    if (value == null || value instanceof Boolean || value instanceof Number) {
        return value
    }
    if (type == 'integer' && text.isInteger()) {
        return text.toInteger()
    }
    if (type == 'number' && text.isDouble()) {
        return text.toDouble()
    }
    if (type == 'boolean' && text in ['true', 'false']) {
        return text == 'true'
    }
    return text
}

// The same values wherever the project lies: elements: /home/me/attentome/assets/elements.tsv -> assets/elements.tsv
def portable(values) {
    return values.collectEntries { name, value -> [name, value instanceof CharSequence ? value.replace("${projectDir}/", '') : value] }
}

// A path parameter as a file, or [] where it is unset or names nothing
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
