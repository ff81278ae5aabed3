// Colours for the languages of this book. It takes the place of highlight.js, which knows neither Terraform nor Bicep.
'use strict';
window.hljs = (() => {
    const slashes = '\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?\\*\\/';
    const hash = '(?<=^|\\s)#[^\\n]*';
    const double = '"(?:\\\\.|[^"\\\\\\n])*"';
    const single = "'(?:\\\\.|[^'\\\\\\n])*'";
    const number = '\\b\\d+(?:\\.\\d+)?\\b';
    const literal = '\\b(?:true|false|null)\\b';
    const words = (list) => '\\b(?:' + list.split(' ').join('|') + ')\\b';
    // Of each language, what is coloured how: the first that fits at a place wins.
    const languages = {
        hcl: [['comment', hash + '|' + slashes], ['string', double],
            ['keyword', words('resource data variable locals output module provider terraform dynamic validation for in if')],
            ['literal', literal], ['attr', '[\\w-]+(?=\\s*=(?![=>]))'], ['number', number]],
        bicep: [['comment', slashes], ['string', "'''[\\s\\S]*?'''|" + single], ['meta', '[@#][\\w-]+'],
            ['keyword', words('param var resource module output type func targetScope existing using import metadata for in if')],
            ['literal', literal], ['attr', '\\w+(?=\\s*:)'], ['number', number]],
        json: [['comment', slashes], ['attr', double + '(?=\\s*:)'], ['string', double], ['literal', literal], ['number', '-?' + number]],
        yaml: [['comment', hash], ['string', double + '|' + single], ['attr', '[\\w.-]+(?=:(?:\\s|$))'], ['literal', literal], ['number', number]],
        toml: [['comment', hash], ['section', '^\\[\\[?[^\\]\\n]+\\]\\]?'], ['string', double + '|' + single], ['attr', '^\\s*[\\w-]+(?=\\s*=)'],
            ['literal', literal], ['number', '\\b\\d[\\d-]*\\b']],
        sh: [['comment', hash], ['string', double + '|' + single]],
        diff: [['meta', '^(?:---|\\+\\+\\+|@@)[^\\n]*'], ['addition', '^\\+[^\\n]*'], ['deletion', '^-[^\\n]*']],
        lua: [['comment', '--[^\\n]*'], ['string', double], ['keyword', words('local function return if then end or and not')], ['literal', literal], ['number', number]],
        elisp: [['comment', ';[^\\n]*'], ['string', double], ['keyword', '\'\\S+']],
        rust: [['comment', slashes], ['string', double], ['keyword', words('pub fn let else return if use struct impl match for in super self mut')], ['literal', literal], ['number', number]],
    };
    const coloured = (text, kinds) => {
        const pattern = new RegExp(kinds.map(([, source]) => '(' + source + ')').join('|'), 'gm');
        const parts = document.createDocumentFragment();
        let done = 0;
        for (const found of text.matchAll(pattern)) {
            if (!found[0]) continue;
            parts.append(text.slice(done, found.index));
            const part = document.createElement('span');
            part.className = 'hljs-' + kinds[found.slice(1).findIndex((group) => group !== undefined)][0];
            part.textContent = found[0];
            parts.append(part);
            done = found.index + found[0].length;
        }
        parts.append(text.slice(done));
        return parts;
    };
    return {
        configure() {},
        highlightBlock(block) {
            const name = [...block.classList].find((c) => c.startsWith('language-'));
            const kinds = languages[name && name.slice('language-'.length)];
            if (kinds) block.replaceChildren(coloured(block.textContent, kinds));
        },
    };
})();
