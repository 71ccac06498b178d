// In the test's own page: opens every page of PAGES in a frame, at each width and in each theme, and writes what it
// found into a `pre`, a line for each problem.

const WIDTHS = [1200, 400];
const THEMES = ["light", "navy"];
const AT_ONCE = 4;
const problems = [];

function frame(page, width) {
    const frame = document.createElement("iframe");
    Object.assign(frame.style, { width: `${width}px`, height: "900px", border: "0" });
    frame.src = page;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    return loaded.then(() => frame);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// What of a page is wider than its place, from the text up to the window. The text scrolls in a box of its own.
function wide(doc) {
    for (let box = doc.querySelector("main"); box; box = box.parentElement) {
        if (box.scrollWidth > box.clientWidth + 1) return `${box.scrollWidth} px in ${box.clientWidth}: ${sticksOut(doc, box)}`;
    }
    return null;
}

// An element that sticks out of a box, unless it can be scrolled where it stands.
function sticksOut(doc, box) {
    const scrolls = (element) => {
        for (let at = element.parentElement; at && at !== box; at = at.parentElement) {
            if (["auto", "scroll", "hidden"].includes(getComputedStyle(at).overflowX)) return true;
        }
        return false;
    };
    const right = box.getBoundingClientRect().left + box.clientWidth;
    const found = [...box.querySelectorAll("*")].find(
        (element) => element.getBoundingClientRect().right > right + 1 && !scrolls(element),
    );
    return found ? `<${found.tagName.toLowerCase()}> ${found.textContent.trim().slice(0, 60)}` : box.tagName;
}

// Opens some pages at once. They go through the themes together: a choice in one is every page's choice.
async function look(pages, width) {
    const all = [];
    for (const [page, it] of await Promise.all(pages.map(async (page) => [page, await frame(page, width)]))) {
        const told = (problem) => problems.push(`${page} at ${width} px: ${problem}`.replace(/\s+/g, " "));
        const doc = it.contentDocument;
        all.push({ told, it, doc, grounds: new Set() });
        if (!doc?.querySelector("main")?.textContent.trim()) told("it is empty");
    }
    for (const theme of THEMES) {
        for (const { doc } of all) doc.getElementById(`mdbook-theme-${theme}`)?.click();
        await pause(20);
        for (const { told, doc, grounds } of all) {
            if (!doc.documentElement.classList.contains(theme)) told(`the theme ${theme} cannot be chosen`);
            grounds.add(getComputedStyle(doc.documentElement).backgroundColor);
            const found = wide(doc);
            if (found) told(`it has to be scrolled sideways in ${theme}: ${found}`);
        }
    }
    for (const { told, it, doc, grounds } of all) {
        if (grounds.size !== THEMES.length) told(`the themes look alike: ${[...grounds]}`);
        pictures(doc, told);
        for (const { name } of it.contentWindow.performance.getEntriesByType("resource")) {
            if (!/^(file|data):/.test(name)) told(`it asks for ${name}`);
        }
        it.remove();
    }
}

// Every picture is there and has words for those who cannot see it.
function pictures(doc, told) {
    for (const image of doc.querySelectorAll("main img")) {
        if (!image.alt.trim()) told(`a picture without words: ${image.src}`);
        if (!image.complete || !image.naturalWidth) told(`a picture that does not load: ${image.src}`);
    }
    for (const drawing of doc.querySelectorAll("main svg")) {
        // Those of buttons and signs, which have words beside them or are words' decoration.
        if (drawing.closest("button, .buttons, .fa-svg, [aria-hidden=true]")) continue;
        const words = drawing.getAttribute("aria-label") ?? "";
        if (drawing.getAttribute("role") !== "img" || !words.trim()) told(`a drawing without words: ${drawing.outerHTML.slice(0, 80)}`);
        if (drawing.getBoundingClientRect().height < 20) told(`a drawing that is not to be seen: ${words}`);
    }
}

// What a reader does who looks for a word.
async function search(page) {
    const it = await frame(`${page}?search=backpressure`, WIDTHS[0]);
    for (let turn = 0; turn < 200; turn += 1) {
        if (it.contentDocument.querySelector("#mdbook-searchresults li, #searchresults li")) return it.remove();
        await pause(50);
    }
    problems.push(`${page}: a search for "backpressure" finds nothing`);
    it.remove();
}

async function all() {
    console.log(CANARY);
    let opened = 0;
    for (let from = 0; from < PAGES.length; from += AT_ONCE) {
        const some = PAGES.slice(from, from + AT_ONCE);
        for (const width of WIDTHS) await look(some, width).catch((error) => problems.push(`${some}: ${error}`));
        opened += some.length;
    }
    await search(PAGES.find((page) => page !== "index.html" && page !== "print.html"));
    const report = document.createElement("pre");
    report.id = "report";
    report.textContent = [`${opened} pages`, ...problems].join("\n");
    document.body.append(report);
}

all();
