// The pipeline that the chapter "A pipeline by hand" lets the reader set: a source, a bounded queue, workers, a
// bounded queue, a consumer. `simulate` computes what `book/experiments/src/pipeline.rs` measures on Tokio's paused
// clock, and a test of the book compares the two, item by item. All times are whole milliseconds.
"use strict";

const pipelineByHand = (() => {
    // The means of the 32 parts of an exponential distribution, in per cent of its mean.
    const QUANTILES = [
        2, 5, 8, 12, 15, 19, 23, 27, 31, 35, 40, 45, 50, 55, 60, 66, 73, 79, 86, 94, 102, 111, 121, 133, 145, 159, 176,
        196, 222, 256, 308, 446,
    ];

    // Marsaglia's xorshift, on integers of 32 bits.
    function chance(seed) {
        let state = (Math.imul(seed, 2654435761) | 1) >>> 0;
        return (mean, spread) => {
            state = (state ^ (state << 13)) >>> 0;
            state = (state ^ (state >>> 17)) >>> 0;
            state = (state ^ (state << 5)) >>> 0;
            const quantile = QUANTILES[state >>> 27];
            return Math.floor((mean * (100 * (100 - spread) + spread * quantile) + 5000) / 10000);
        };
    }

    // When each item passes each point. Nothing is stepped through: an item waits for the latest of its conditions,
    // and each condition is a time that is known already.
    function simulate({ every, workers, work, spread, room, consume }, items, seed) {
        const draw = chance(seed);
        const [due, accepted, begun, done] = [[], [], [], []]; // by item
        const [order, passed, taken, finished] = [[], [], [], []]; // in the order of the output
        const working = []; // items that are begun and not passed on, the first to be done at the end
        let arrival = 0;

        // The next result goes into the second queue: done, behind the one before, with room.
        function passOn() {
            const item = working.pop();
            const k = order.push(item) - 1;
            passed.push(Math.max(done[item], k > 0 ? passed[k - 1] : 0, k >= room ? taken[k - room] : 0));
            taken.push(Math.max(passed[k], k > 0 ? finished[k - 1] : 0));
            finished.push(taken[k] + consume);
            return passed[k];
        }

        for (let i = 0; i < items; i++) {
            const gap = draw(every, spread);
            const time = Math.max(draw(work, spread), 1);
            const before = i > 0 ? accepted[i - 1] : 0;
            arrival = every === 0 ? before : arrival + gap;
            due.push(arrival);
            accepted.push(Math.max(arrival, before, i >= room ? begun[i - room] : 0));
            // The first have a free worker; the others wait until one is rid of its result.
            begun.push(Math.max(accepted[i], i > 0 ? begun[i - 1] : 0, i >= workers ? passOn() : 0));
            done.push(begun[i] + time);
            let place = working.length;
            while (place > 0 && done[working[place - 1]] <= done[i]) place--;
            working.splice(place, 0, i);
        }
        while (working.length > 0) passOn();
        return { due, accepted, begun, done, order, passed, taken, finished };
    }

    // How many are inside at most, at the end of an instant; both lists are sorted.
    function deepest(entered, left) {
        let [most, gone] = [0, 0];
        entered.forEach((time, i) => {
            if (entered[i + 1] === time) return;
            while (gone < left.length && left[gone] <= time) gone++;
            most = Math.max(most, i + 1 - gone);
        });
        return most;
    }

    const total = (from, to) => to.reduce((sum, time, i) => sum + time - from[i], 0);
    const tenths = (numerator, denominator) =>
        (Math.floor((20 * numerator + denominator) / (2 * denominator)) / 10).toFixed(1);

    function findings({ workers }, times) {
        const { due, accepted, begun, done, order, passed, taken, finished } = times;
        const items = due.length;
        const last = finished[items - 1];
        const share = (sum) => Math.floor((200 * sum + workers * last) / (2 * workers * last));
        const latencies = finished.map((time, k) => time - due[order[k]]).sort((a, b) => a - b);
        const fold = (sum, time) => Math.imul(sum ^ time, 16777619) >>> 0;
        return {
            last,
            perSecond: tenths(1000 * items, last),
            busy: share(total(begun, done)),
            held: share(total(order.map((item) => done[item]), passed)),
            outside: deepest(due, accepted),
            queue: deepest(accepted, begun),
            out: deepest(passed, taken),
            mean: tenths(latencies.reduce((a, b) => a + b, 0), items),
            p99: latencies[Math.ceil((99 * items) / 100) - 1],
            sum: [due, accepted, begun, done, passed, taken, finished].flat().reduce(fold, 2166136261),
        };
    }

    const names = ["every", "workers", "work", "spread", "room", "consume"];
    const read = (text) => Object.fromEntries(text.split("/").map((value, i) => [names[i], Number(value)]));

    // A line as the experiment prints it.
    function line(text, items, seed) {
        const found = findings(read(text), simulate(read(text), items, seed));
        const { last, perSecond, busy, held, outside, queue, out, mean, p99, sum } = found;
        const hex = sum.toString(16).padStart(8, "0");
        return [text, last, perSecond, `${busy}%`, `${held}%`, outside, queue, out, mean, p99, hex].join(" ");
    }

    return { simulate, findings, read, line, names };
})();

// The page: sliders, four charts, a sentence. It starts where the chapter has `<div class="pipeline">`.
(() => {
    const ITEMS = 2000;
    const SLIDERS = {
        every: ["Arrivals", 0, 20, (v) => (v === 0 ? "as fast as they are accepted" : `one in ${v} ms (${perSecond(v)})`)],
        workers: ["Workers", 1, 32, (v) => `${v}`],
        work: ["Work on an item", 1, 100, (v) => `${v} ms`],
        spread: ["Spread of arrivals and work", 0, 100, (v) => (v === 0 ? "all the same" : `${v} %`)],
        room: ["Room in each queue", 1, 100, (v) => `${v}`],
        consume: ["Consuming an item", 0, 20, (v) => (v === 0 ? "none" : `${v} ms (${perSecond(v)})`)],
        seed: ["Seed", 1, 20, (v) => `${v}`],
    };
    const perSecond = (ms) => `${Math.round(1000 / ms)} a second`;

    function element(name, attributes, ...children) {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        made.append(...children);
        return made;
    }

    // How many are inside on average, in each of so many equal parts of the time.
    function inside(from, to, last, parts) {
        const sums = new Array(parts).fill(0);
        const width = last / parts;
        from.forEach((start, i) => {
            for (let part = Math.floor(start / width); part < parts && part * width < to[i]; part++) {
                sums[part] += Math.min(to[i], (part + 1) * width) - Math.max(start, part * width);
            }
        });
        return sums.map((sum) => sum / width);
    }

    // The slowest of the items that leave in each part of the time.
    function slowest({ due, order, finished }, last, parts) {
        const most = new Array(parts).fill(0);
        finished.forEach((time, k) => {
            const part = Math.min(parts - 1, Math.floor((time * parts) / last));
            most[part] = Math.max(most[part], time - due[order[k]]);
        });
        return most;
    }

    const PARTS = 160;

    // An area under steps, from `base` up.
    function area(kind, base, heights, full) {
        const y = (value) => (100 - (100 * Math.min(value, full)) / full).toFixed(2);
        const top = heights.map((height, i) => `L${i} ${y(base[i] + height)}L${i + 1} ${y(base[i] + height)}`).join("");
        const back = base.map((value, i) => `L${i + 1} ${y(value)}L${i} ${y(value)}`).reverse().join("");
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("class", kind);
        path.setAttribute("d", `M0 ${y(base[0])}${top}${back}Z`);
        return path;
    }

    function chart() {
        const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        picture.setAttribute("viewBox", `0 0 ${PARTS} 100`);
        picture.setAttribute("preserveAspectRatio", "none");
        picture.setAttribute("aria-hidden", "true"); // The sentence below says what there is to see.
        const caption = element("figcaption", {});
        return { picture, caption, figure: element("figure", {}, caption, picture) };
    }

    function draw({ picture, caption }, words, full, ...areas) {
        caption.replaceChildren(...words);
        let base = new Array(PARTS).fill(0);
        picture.replaceChildren(
            ...areas.map(([kind, heights]) => {
                const path = area(kind, base, heights, full);
                base = base.map((value, i) => value + heights[i]);
                return path;
            }),
        );
    }

    function start(place) {
        const inputs = {};
        const values = {};
        const form = element("form", { "aria-label": "The pipeline" });
        for (const [name, [label, min, max]] of Object.entries(SLIDERS)) {
            const id = `pipeline-${name}`;
            inputs[name] = element("input", { type: "range", id, min, max, step: 1 });
            values[name] = element("output", { for: id });
            form.append(element("div", {}, element("label", { for: id }, label), values[name], inputs[name]));
        }
        const charts = [chart(), chart(), chart(), chart()];
        const axis = element("p", { class: "axis" });
        const said = element("p", { role: "status" });
        place.replaceChildren(form, ...charts.map(({ figure }) => figure), axis, said);

        let saying;

        function set(setting) {
            for (const [name, value] of Object.entries(setting)) inputs[name].value = value;
        }

        function show() {
            const setting = {};
            for (const [name, [, , , words]] of Object.entries(SLIDERS)) {
                setting[name] = Number(inputs[name].value);
                values[name].textContent = words(setting[name]);
                inputs[name].setAttribute("aria-valuetext", words(setting[name]));
            }
            const times = pipelineByHand.simulate(setting, ITEMS, setting.seed);
            const found = pipelineByHand.findings(setting, times);
            const { accepted, begun, done, order, passed, taken } = times;
            const { last, queue, out, p99 } = found;
            const part = (from, to) => inside(from, to, last, PARTS);
            const mark = (kind, text) => element("span", { class: `mark ${kind}` }, text);
            const latencies = slowest(times, last, PARTS);
            draw(charts[0], [`Queue before the workers: 0 to ${setting.room}, at most ${queue}`], setting.room, [
                "waits", part(accepted, begun),
            ]);
            draw(
                charts[1],
                [`In flight: 0 to ${setting.workers}; `, mark("works", "at work"), " ", mark("holds", "no room for the result")],
                setting.workers,
                ["works", part(begun, done)],
                ["holds", part(order.map((item) => done[item]), passed)],
            );
            draw(charts[2], [`Queue before the consumer: 0 to ${setting.room}, at most ${out}`], setting.room, [
                "waits", part(passed, taken),
            ]);
            const slow = Math.max(...latencies);
            draw(charts[3], [`Latency of the slowest: 0 to ${slow} ms`], slow, ["late", latencies]);
            axis.textContent = `from 0 to ${(last / 1000).toFixed(2)} s of virtual time`;
            const sentence =
                `${ITEMS} items in ${last} ms, ${found.perSecond} a second. ` +
                `The workers are at work for ${found.busy} % of the time and wait for room for ${found.held} %. ` +
                `At most ${queue} items wait for a worker, ${out} for the consumer, and ${found.outside} outside. ` +
                `From due to consumed: ${found.mean} ms on average, 99 % within ${p99} ms.`;
            // A screen reader is to hear the last of many, not all that a moving slider passes.
            clearTimeout(saying);
            saying = setTimeout(() => (said.textContent = sentence), said.textContent === "" ? 0 : 250);
        }

        set({ ...pipelineByHand.read(place.dataset.setting), seed: 1 });
        show();
        form.addEventListener("input", show);
        form.addEventListener("submit", (event) => event.preventDefault());
        // The arrows belong to the slider; without this they would turn the book's page.
        form.addEventListener("keydown", (event) => event.stopPropagation());
        for (const button of document.querySelectorAll("button.pipeline-set")) {
            button.addEventListener("click", () => {
                set(pipelineByHand.read(button.value));
                show();
                // The pipeline comes to the question; the button stays where it is on the screen.
                const before = button.getBoundingClientRect().top;
                button.parentElement.after(place);
                window.scrollBy(0, button.getBoundingClientRect().top - before);
            });
        }
    }

    document.querySelectorAll("div.pipeline").forEach(start);
})();
