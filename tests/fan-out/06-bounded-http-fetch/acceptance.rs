//! Requests that cost something: how many at once, until when, and that what is given up is closed.

use async_trait::async_trait;
use harness::{check, criterion, ms, pass, quiescent, watched};
use loopback::{Answer, Refusing, Request, Seen, Server};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use task::{DEADLINE, Fetch, FetchError, FetchResult, HttpFetch, fetch_all};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// The time for a list, where a test is not about it.
const LONG: Duration = ms(5_000);

/// A network as a script: the URL that ends in `/7` takes as long as the work on 7, and has a status of its own.
struct Scripted {
    work: Work,
    /// Which URLs have no answer.
    fails: fn(u64) -> bool,
}

#[async_trait]
impl Fetch for Scripted {
    async fn fetch(&self, url: &str) -> Result<u16, FetchError> {
        let number = url.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        self.work.run(number).await;
        if (self.fails)(number) {
            Err(FetchError::Failed(format!("no answer from {number}")))
        } else {
            Ok(status(number))
        }
    }
}

/// The scripted status of a URL: no two of a list are alike, and they are of several of HTTP's classes.
fn status(number: u64) -> u16 {
    (200 + number % 4 * 100 + number) as u16
}

fn urls(count: u64) -> Vec<String> {
    (1..=count).map(|number| format!("http://127.0.0.1/{number}")).collect()
}

/// The first `count` URLs over a scripted network that answers all of them, in `time`.
fn scripted(
    count: u64,
    work: &Work,
    time: Duration,
    token: &CancellationToken,
) -> impl Future<Output = Vec<FetchResult>> + Send + 'static {
    let network = Scripted { work: work.clone(), fails: |_| false };
    fetch_all(urls(count), Arc::new(network), time, token.clone())
}

/// A result in a word.
fn said(result: &FetchResult) -> String {
    match (result.status, &result.error) {
        (Some(status), None) => status.to_string(),
        (None, Some(FetchError::DeadlineExceeded)) => "DeadlineExceeded".to_owned(),
        (None, Some(FetchError::Cancelled)) => "Cancelled".to_owned(),
        (None, Some(FetchError::Panicked)) => "Panicked".to_owned(),
        (None, Some(FetchError::Failed(_))) => "Failed".to_owned(),
        (Some(_), Some(_)) => "a status and an error".to_owned(),
        (None, None) => "neither status nor error".to_owned(),
    }
}

/// All results in a word, each with the number of its URL.
fn all_said(results: &[FetchResult]) -> Vec<String> {
    results.iter().zip(1..).map(|(result, number)| format!("URL {number}: {}", said(result))).collect()
}

/// What must be said of the first `count` URLs, if those whose fetch did not run to its end are `unfinished`.
fn expected(count: u64, work: &Work, unfinished: &str) -> Vec<String> {
    let finished: Vec<u64> = work.records().iter().filter(|run| run.finished).map(|run| run.item).collect();
    let of = |number| if finished.contains(&number) { status(number).to_string() } else { unfinished.to_owned() };
    (1..=count).map(|number| format!("URL {number}: {}", of(number))).collect()
}

/// How many fetches have run to their end.
fn finished(work: &Work) -> usize {
    work.records().iter().filter(|run| run.finished).count()
}

/// Never more than eight fetches were in flight, which a wrong time may come from.
fn at_most_eight(work: &Work) {
    check::in_flight_at_most(work, 8).usually(
        "a future or task for each URL, all polled at once: `join_all` and `JoinSet` have no bound of their own",
    );
}

/// No fetch goes on, and none begins any more.
async fn nothing_goes_on(work: &Work, after: &str) {
    quiescent().await;
    check::all_tasks_gone().await.usually(
        "the fetches run in tasks that nobody aborts: a dropped `JoinHandle` lets its task go on, a dropped `JoinSet` does not",
    );
    check::equal(&format!("fetches in flight {after}"), work.in_flight(), 0)
        .usually("the fetches are kept alive by somebody who does not own them");
    let begun = work.records().len();
    pass(ms(10_000)).await;
    check::equal(&format!("fetches begun {after}"), work.records().len() - begun, 0)
        .usually("a task that is neither joined nor aborted");
}

/// Of forty URLs, the later ones quicker, each has its own result, in the order of the URLs: a status, whatever it says,
/// or the error of its fetch, which stops no other. No URLs give no results, and the caller's token is not cancelled.
#[criterion]
async fn one_result_per_url_in_order() {
    let work = Work::varying(|number| ms(10 * (50 - number)));
    let token = CancellationToken::new();
    let network = Scripted { work: work.clone(), fails: |number| number % 7 == 0 };
    let results = fetch_all(urls(40), Arc::new(network), ms(60_000), token.clone()).await;
    let mut all: Vec<String> = (1..=40).map(|number| format!("URL {number}: {}", status(number))).collect();
    for number in (7..=40).step_by(7) {
        all[number - 1] = format!("URL {number}: Failed");
    }
    check::items(&all_said(&results), &all).usually(
        "an error that ends the whole list; or results in the order in which they came, where the place of each is its URL's",
    );
    let results = scripted(0, &work, LONG, &token).await;
    check::equal("results of no URLs", results.len(), 0).usually("a result without a URL");
    check::that(!token.is_cancelled(), "the caller's token is cancelled after the end")
        .usually("`fetch_all` cancels the token it was given: that stops all that runs under it");
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// Twenty URLs of 1 s take 3 s: eight fetches are in flight, and never more.
#[criterion]
async fn eight_at_a_time() {
    let work = watched(Work::taking(ms(1_000)));
    let start = Instant::now();
    let results = scripted(20, &work, LONG, &CancellationToken::new()).await;
    at_most_eight(&work);
    check::in_flight_reached(&work, 8)
        .usually("each fetch is awaited before the next begins, or the limit is less than 8");
    check::took(start, ms(3_000), ms(1)).usually("a pause between one fetch and the next");
    check::items(&all_said(&results), &expected(20, &work, "not fetched")).usually("a URL that is never fetched");
}

/// While the first URL takes 4 s, forty others of 500 ms are fetched beside it by seven at a time: within 3 s. Then only
/// it is in flight, and nothing is polled until it is done; the whole takes 4 s.
#[criterion]
async fn a_slow_url_holds_up_nobody() {
    let work = watched(Work::varying(|number| ms(if number == 1 { 4_000 } else { 500 })));
    let start = Instant::now();
    let fetching = tokio::spawn(scripted(41, &work, LONG, &CancellationToken::new()));
    pass(ms(3_100)).await;
    check::equal("of the 40 other URLs, fetched within 3 s", finished(&work), 40).usually(
        "the next URL waits for the slow one: groups of eight that are joined as a whole, or `buffered(8)`, which counts a \
         result that waits for its turn as one of the eight",
    );
    check::parked_for(ms(500)).await.usually(
        "a loop that looks at what is done, or at `is_cancelled()`, every so often; `next()`, `join_next()` and `cancelled()` \
         park until then",
    );
    let results = fetching.await.expect("fetch_all does not panic by itself");
    check::took(start, ms(4_000), ms(1)).usually("the end of the slow fetch is noticed late");
    check::items(&all_said(&results), &expected(41, &work, "not fetched")).usually("a URL that is never fetched");
}

/// The deadline of 5 s is for the whole list: of forty URLs of 2 s, sixteen have their results, and after 5 s the other
/// twenty-four say `DeadlineExceeded`, begun or not. Nothing is in flight any more, and nothing begins.
#[criterion]
async fn the_deadline_is_for_all() {
    check::equal("DEADLINE", DEADLINE, ms(5_000)).usually("the deadline of the brief is 5 s");
    let work = watched(Work::taking(ms(2_000)));
    let start = Instant::now();
    let results = scripted(40, &work, DEADLINE, &CancellationToken::new()).await;
    at_most_eight(&work);
    check::took(start, ms(5_000), ms(1)).usually(
        "a timeout for each fetch begins anew with each; the time for all of them begins once, around everything",
    );
    check::items(&all_said(&results), &expected(40, &work, "DeadlineExceeded")).usually(
        "the results that are there are lost with the future that gathers them; or those of URLs that were never begun are missing",
    );
    check::equal("URLs fetched in 5 s", finished(&work), 16).usually("fewer than eight fetches at a time");
    nothing_goes_on(&work, "after the deadline").await;
}

/// A cancel after 1.5 s, with forty URLs of 1 s: within 5 ms `fetch_all` returns eight results, and `Cancelled` for the
/// rest; nothing is in flight any more. Under a token that was cancelled before the start, no fetch begins, in 50 tries.
#[criterion]
async fn a_cancel_cuts_off_the_rest() {
    let work = watched(Work::taking(ms(1_000)));
    let token = CancellationToken::new();
    let cancel = async {
        pass(ms(1_500)).await;
        token.cancel();
    };
    let start = Instant::now();
    let fetching = async { (scripted(40, &work, LONG, &token).await, start.elapsed()) };
    let ((results, took), ()) = tokio::join!(fetching, cancel);
    at_most_eight(&work);
    check::that(took >= ms(1_500), format!("fetch_all returned after {took:?}; the cancel was at 1.5 s"))
        .usually("more than eight at a time, or URLs that are never fetched");
    check::that(took <= ms(1_505), format!("fetch_all returned after {took:?}; the cancel was at 1.5 s"))
        .usually("the wait for a result is not raced against the token");
    check::items(&all_said(&results), &expected(40, &work, "Cancelled")).usually(
        "the results that are there are lost with the future that gathers them; or those of URLs that were never begun are missing",
    );
    check::equal("URLs fetched in 1.5 s", finished(&work), 8).usually("fewer than eight fetches at a time");
    nothing_goes_on(&work, "after the cancel").await;
    for _ in 0..50 {
        let work = Work::taking(ms(1_000));
        let results = scripted(10, &work, LONG, &token).await;
        check::equal("fetches begun under a cancelled token", work.records().len(), 0).usually(
            "the token is looked at after the first poll; or `select!` without `biased;` takes any branch first",
        );
        check::items(&all_said(&results), &expected(10, &work, "Cancelled")).usually("a result without a fetch");
    }
}

/// When the future of `fetch_all` is dropped in the middle, no fetch is in flight, none begins, and no task is left. The
/// caller's token is not cancelled.
#[criterion]
async fn a_dropped_future_takes_its_fetches_along() {
    let work = watched(Work::taking(ms(1_000)));
    let token = CancellationToken::new();
    let mut fetching = Box::pin(scripted(40, &work, LONG, &token));
    let early = timeout(ms(1_500), &mut fetching).await.is_ok();
    at_most_eight(&work);
    check::that(!early, "fetch_all returned within 1.5 s, with forty URLs of 1 s")
        .usually("URLs that are never fetched");
    drop(fetching);
    nothing_goes_on(&work, "after the drop").await;
    check::that(!token.is_cancelled(), "the caller's token is cancelled after the drop")
        .usually("a drop guard on the token that was given; a `child_token()` is one's own");
}

/// A URL whose fetch panics says `Panicked`; the nineteen others have their results, in 3 s, and no task is left.
#[criterion]
async fn a_panic_is_an_error_of_its_url() {
    let work = Work::taking(ms(1_000)).panicking(|number| number == 4);
    let start = Instant::now();
    let fetching = tokio::spawn(scripted(20, &work, ms(60_000), &CancellationToken::new()));
    let Ok(results) = fetching.await else {
        return check::that(false, "fetch_all panicked together with the fetch of URL 4").usually(
            "a future panics through whoever polls it: it is stopped by a task of its own, or by `catch_unwind`; and a \
             `JoinError` is not to be unwrapped",
        );
    };
    at_most_eight(&work);
    let mut others = expected(20, &work, "not fetched");
    others[3] = "URL 4: Panicked".to_owned();
    check::items(&all_said(&results), &others).usually(
        "a panic that ends the whole list, that takes a worker and its URLs along, or whose URL nobody knows any more",
    );
    check::took(start, ms(3_000), ms(1))
        .usually("a worker or permit that is lost with the panic; or fewer than eight fetches at a time");
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// The URLs at a server, fetched by the real client.
async fn fetched(fetch: &Arc<HttpFetch>, urls: Vec<String>, time: Duration, token: &CancellationToken) -> Vec<String> {
    let results = fetch_all(urls, fetch.clone(), time, token.clone()).await;
    results.iter().map(said).collect()
}

/// Over real HTTP: any status is a result; late headers and slow bodies are waited for; five redirects are followed, and
/// a sixth is an error. So is a refused connection, a closed one without an answer or with half of one, and no HTTP.
#[criterion(clock = "real", deadline = 30)]
async fn every_answer_has_its_result() {
    let script = |request: &Request| match request.path.as_str() {
        "/ok" | "/moved/0" => Answer::status(200).body("x"),
        "/late" => Answer::status(200).body("x").after(ms(50)),
        "/slow" => Answer::status(200).body("slowly").in_parts(5, ms(10)),
        "/loop" => Answer::status(302).header("location", "/loop"),
        "/hangs-up" => Answer::hang_up(),
        "/half" => Answer::status(200).body("half of this").cut_short(),
        "/smtp" => Answer::raw("220 ready\r\n"),
        path => match path.rsplit_once('/').map(|(kind, number)| (kind, number.parse::<u16>().unwrap_or(400))) {
            Some(("/moved", number)) => Answer::status(302).header("location", &format!("/moved/{}", number - 1)),
            Some((_, status)) => Answer::status(status).body("x"),
            None => Answer::status(400),
        },
    };
    let server = Server::start(script);
    let nobody = Refusing::new();
    let expected = [
        ("/ok", "200"),
        ("/404", "404"),
        ("/500", "500"),
        ("/503", "503"),
        ("/late", "200"),
        ("/slow", "200"),
        ("/moved/1", "200"),
        ("/moved/5", "200"),
        ("/loop", "Failed"),
        ("/refused", "Failed"),
        ("/hangs-up", "Failed"),
        ("/half", "Failed"),
        ("/smtp", "Failed"),
    ];
    let url = |path: &str| if path == "/refused" { nobody.url(path) } else { server.url(path) };
    let urls = expected.iter().map(|(path, _)| url(path)).collect();
    let fetch = Arc::new(HttpFetch::new());
    let seen = fetched(&fetch, urls, LONG, &CancellationToken::new()).await;
    // Which of them is up to the machine.
    let given_up = seen.iter().any(|said| said == "Cancelled");
    check::that(!given_up, "URLs say Cancelled, and nobody has cancelled anything")
        .usually("an error that ends the whole list");
    let with_paths = |said: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        expected.iter().zip(said).map(|((path, _), said)| format!("{path}: {said}")).collect()
    };
    let seen = with_paths(&mut seen.iter().map(String::as_str));
    check::items(&seen, &with_paths(&mut expected.iter().map(|(_, said)| *said))).usually(
        "a status that is made an error, as `error_for_status` does; redirects that are not followed; or a fetch that ends before \
         the body does",
    );
    let asked = server.seen().requests.iter().filter(|request| request.path == "/loop").count();
    check::equal("requests of a redirect to itself", asked, 6)
        .usually("another number of redirects: the first request and five redirects make six");
}

/// Eight real requests are given up, four without headers and four in the middle of a body: by a deadline, then by the
/// token. All say so, and the server sees their eight connections close.
#[criterion(clock = "real", deadline = 30)]
async fn what_is_cut_off_closes_its_connection() {
    const CAUSE: &str = "the request runs in a task of its own, and only the wait for it was given up; or the client keeps \
                         its connection: a request is aborted by dropping its future";
    let server = Server::start(|request| match request.path.as_str() {
        "/headers" => Answer::silence(),
        _ => Answer::status(200).body("half of this").stalling(),
    });
    let urls: Vec<String> = ["/headers", "/body"].iter().cycle().take(8).map(|path| server.url(path)).collect();
    let fetch = Arc::new(HttpFetch::new());
    let closed = |seen: &Seen| seen.answering() == 0;

    // The deadline comes first: until then the headers of all bodies are there, and the result is that of the body.
    let seen = fetched(&fetch, urls.clone(), ms(500), &CancellationToken::new()).await;
    all_cut_off("the deadline", &seen, "DeadlineExceeded");
    let open = server.wait_until(closed).await.err().map_or(0, |seen| seen.answering());
    check::equal("connections of requests cut off at the deadline, still open after 5 s", open, 0).usually(CAUSE);

    let before = server.seen().requests.len();
    let token = CancellationToken::new();
    let cancel = async {
        let asked = server.wait_until(|seen| seen.requests.len() >= before + 8).await;
        token.cancel();
        asked.is_ok()
    };
    let (seen, asked) = tokio::join!(fetched(&fetch, urls, ms(20_000), &token), cancel);
    all_cut_off("the token", &seen, "Cancelled");
    check::that(asked, "the eight requests did not reach the server within 5 s").usually("fewer than eight at a time");
    let open = server.wait_until(closed).await.err().map_or(0, |seen| seen.answering());
    check::equal("connections of cancelled requests still open after 5 s", open, 0).usually(CAUSE);
}

/// The results of eight requests, every other one for a body that stalls, are all that they were cut off.
fn all_cut_off(by: &str, seen: &[String], expected: &str) {
    let places = ["before its headers", "in the middle of its body"];
    let other = seen.iter().zip(places.iter().cycle()).find(|(said, _)| *said != expected);
    let says = |(said, place): (&String, &&str)| {
        format!("{by} cut off a request {place}, and its result is {said}, expected {expected}")
    };
    check::that(other.is_none(), other.map(says).unwrap_or_default()).usually(
        "a fetch that is done when its headers are there, though its body belongs to it; or a timeout of the client's own, \
         and with it an error of the client's",
    );
    check::equal(&format!("results of what {by} cut off"), seen.len(), 8).usually("a URL without a result");
}

/// Of a real body without an end, and of one that is longer than the limit but stalls just there, the limit is read: the
/// fetch returns its status, and the server sees the connection close.
#[criterion(clock = "real", deadline = 30)]
async fn a_body_without_an_end_is_left() {
    const LIMIT: usize = 64 << 10;
    let server = Server::start(|request| match request.path.as_str() {
        // No number of such pieces adds up to the limit.
        "/endless" => Answer::status(200).body(vec![b'x'; 10_007]).endless(ms(1)),
        _ => Answer::status(200).body(vec![b'x'; 2 * LIMIT]).stalling(),
    });
    let fetch = Arc::new(HttpFetch::new());
    let seen = fetched(&fetch, vec![server.url("/endless")], ms(1_500), &CancellationToken::new()).await;
    check::equal("the result of a body without an end", seen, vec!["200".to_owned()]).usually(
        "the whole body is collected, as `bytes()` and `text()` do; `chunk()` reads a piece at a time; or pieces that must \
         add up to the limit",
    );
    let seen = fetched(&fetch, vec![server.url("/stalls")], ms(1_500), &CancellationToken::new()).await;
    check::equal("the result of a body of 128 KiB that stalls after 64 KiB", seen, vec!["200".to_owned()])
        .usually("a comparison with `>`, which waits for one byte more than the limit");
    let left = server.wait_until(|seen| seen.open() == 0).await;
    check::that(left.is_ok(), "the connection is still open 5 s after the fetch was done")
        .usually("the response is kept, or read to its end in the background; dropping it closes the connection");
}

/// Ten real requests with bodies of 48 KiB, one after the other, use at most 5 connections.
#[criterion(clock = "real", deadline = 30)]
async fn connections_are_used_again() {
    let server = Server::start(|_| Answer::status(200).body(vec![b'x'; 48 << 10]).in_parts(2, ms(5)));
    let fetch = Arc::new(HttpFetch::new());
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.extend(fetched(&fetch, vec![server.url("/")], LONG, &CancellationToken::new()).await);
        // The client takes a connection back a moment after it was used.
        tokio::time::sleep(ms(10)).await;
    }
    check::equal("results", seen, vec!["200".to_owned(); 10]).usually("a body within the limit that is an error");
    let connections = server.seen().connections.len() as u64;
    check::at_most("connections for ten requests, one after the other", connections, 5).usually(
        "a client for each request, as `reqwest::get` makes one: its pool goes with it; or bodies that are not read to their end",
    );
}
