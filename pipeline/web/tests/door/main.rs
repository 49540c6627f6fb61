//! The mailbox's door as a browser without JavaScript meets it.

mod browser;
mod house;

use browser::{Browser, PASSWORD};
use house::House;

#[test]
fn a_person_opens_the_mailbox_by_code_reads_a_letter_and_its_sender_is_told_once() {
    let house = House::open();
    let mut browser = house.browser();
    let (number, code) = house.invite("r-1", 1);
    let first = browser.get("/first");
    assert_eq!(first.status, 200);
    let inbox = browser.admit(&number, &code);
    assert!(inbox.body.contains("固定資産税 納税通知書"), "{}", inbox.body);
    assert!(inbox.body.contains("星見市") && inbox.body.contains("未開封"));
    assert!(!inbox.body.contains("row-2"), "another's letter");

    let letter = browser.get(&house.letter(1));
    assert!(letter.body.contains("開封して読む"));
    assert_eq!(browser.get(&format!("{}/pdf", house.letter(1))).status, 303, "not before opening");
    assert_eq!(house.openings(), Vec::<String>::new(), "to look at the list is no opening");
    let opened = browser.post(&format!("{}/open", house.letter(1)), &[]);
    assert!(opened.body.contains("開封した日時"), "{}", opened.body);
    browser.post(&format!("{}/open", house.letter(1)), &[]);
    assert_eq!(house.openings(), ["row-1"]);
    let pdf = browser.get(&format!("{}/pdf", house.letter(1)));
    assert_eq!((pdf.status, pdf.header("content-type")), (200, Some("application/pdf")));
    assert_eq!(pdf.bytes, house.copy(1));
}

#[test]
fn what_is_not_ones_own_is_not_there() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let (other, unknown) =
        (browser.get(&house.letter(2)), browser.get("/letters/00000000000000ff"));
    assert_eq!((other.status, unknown.status), (404, 404));
    let path = |answer: &browser::Answer, piece| answer.body.replace(piece, "");
    assert_eq!(path(&other, "0000000000000002"), path(&unknown, "00000000000000ff"));
    assert_eq!(browser.post(&format!("{}/open", house.letter(2)), &[]).status, 404);
    assert_eq!(house.openings(), Vec::<String>::new());
    let mut stranger = house.browser();
    for path in ["/letters", "/senders", &house.letter(1)] {
        let answer = stranger.get(path);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in")), "{path}");
    }
}

#[test]
fn a_code_is_good_once_and_five_wrong_ones_void_it() {
    let house = House::open();
    let (number, code) = house.invite("r-1", 1);
    let mut browser = house.browser();
    for _ in 0..4 {
        browser.get("/first");
        let refused = browser.try_code(&number, "0000-0000-0000");
        assert_eq!(refused.status, 422);
    }
    browser.get("/first");
    browser.admit(&number, &code);
    browser.sign_out();
    browser.get("/first");
    let again = browser.try_code(&number, &code);
    assert_eq!(again.status, 422, "a code is used up");

    let (number, code) = house.invite("r-2", 1);
    let mut other = house.browser();
    for _ in 0..5 {
        other.get("/first");
        other.try_code(&number, "0000-0000-0000");
    }
    other.get("/first");
    let void = other.try_code(&number, &code);
    assert_eq!(void.status, 422, "after five wrong ones the right one is void");
    let (same, code) = house.invite("r-2", 2);
    assert_eq!(same, number);
    other.get("/first");
    other.admit(&number, &code);
}

#[test]
fn an_account_shows_itself_to_nobody_who_guesses() {
    let house = House::open();
    let (number, code) = house.invite("r-1", 1);
    let mut browser = house.browser();
    browser.get("/first");
    browser.admit(&number, &code);
    let mut guesser = house.browser();
    let mut answers = Vec::new();
    // One with an account, one that was invited and never came, one that nobody has.
    let (invited, _) = house.invite("r-2", 1);
    for number in [number.as_str(), invited.as_str(), &house.unused_number()] {
        guesser.get("/sign-in");
        let answer = guesser.try_password(number, "a wrong password of some length");
        assert_eq!(answer.status, 422);
        answers.push(answer.body.replace(number, ""));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    for code in ["0000-0000-0000"] {
        let mut answers = Vec::new();
        for number in [invited.as_str(), &house.unused_number()] {
            guesser.get("/first");
            answers.push(guesser.try_code(number, code).body.replace(number, ""));
        }
        assert_eq!(answers[0], answers[1]);
    }
}

#[test]
fn who_guesses_too_often_waits_whether_there_is_an_account_or_not() {
    let house = House::open();
    let (number, code) = house.invite("r-1", 1);
    let mut browser = house.browser();
    browser.get("/first");
    browser.admit(&number, &code);
    for number in [number, house.unused_number()] {
        let mut guesser = house.browser();
        let mut statuses = Vec::new();
        for _ in 0..12 {
            guesser.get("/sign-in");
            statuses.push(guesser.try_password(&number, "a wrong password").status);
        }
        assert_eq!(statuses, [[422; 10].as_slice(), &[429, 429]].concat());
        guesser.get("/sign-in");
        let right = guesser.try_password(&number, PASSWORD);
        assert_eq!(right.status, 429, "not even the right one");
        assert!(right.header("retry-after").is_some());
    }
}

#[test]
fn a_form_of_another_site_does_nothing() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let open = format!("{}/open", house.letter(1));
    let forged = browser.post_with(&open, &[("token", "0".repeat(64).as_str())], &[]);
    assert_eq!(forged.status, 403);
    let token = browser.token.clone();
    let cross = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(browser.post_with(&open, &[("token", &token)], &cross).status, 403);
    let mut other = house.signed_in("r-2");
    let stolen = other.post_with(&open, &[("token", &token)], &[]);
    assert_eq!(stolen.status, 403, "a token is good for its own visitor");
    assert_eq!(house.openings(), Vec::<String>::new());
    assert_eq!(browser.post_with(&open, &[("token", &token)], &[]).status, 303);
    assert_eq!(house.openings(), ["row-1"]);
}

#[test]
fn every_answer_carries_the_headers_that_shut_the_browser() {
    let house = House::open();
    let mut browser = house.browser();
    for path in ["/sign-in", "/first", "/letters", "/style.css", "/nowhere", "/language/en"] {
        let answer = browser.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("strict-transport-security").is_some(), "{path}");
        assert!(!answer.body.contains("<script") && !answer.body.contains(" style="), "{path}");
    }
    for cookie in &browser.set {
        assert!(cookie.contains("Secure") && cookie.contains("SameSite="), "{cookie}");
        assert!(cookie.starts_with("lang=") || cookie.contains("HttpOnly"), "{cookie}");
    }
}

#[test]
fn signing_out_ends_the_session_for_whoever_has_the_cookie() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let mut thief = browser.clone();
    assert_eq!(thief.get("/letters").status, 200);
    browser.sign_out();
    assert_eq!(thief.get("/letters").status, 303);
}

#[test]
fn what_was_answered_outlives_a_restart() {
    let mut house = House::open();
    let mut browser = house.signed_in("r-1");
    browser.post(&format!("{}/open", house.letter(1)), &[]);
    browser.get(&house.letter(1));
    browser.post(&format!("{}/keep", house.letter(1)), &[("keep", "true")]);
    house.restart();
    browser.turn_to(house.address());
    let inbox = browser.get("/letters?show=kept");
    assert_eq!(inbox.status, 200, "the session goes on");
    assert!(inbox.body.contains("開封済み") && !inbox.body.contains(">未開封</span><"));
    assert!(inbox.body.contains(&house.letter(1)));
    assert_eq!(house.openings(), ["row-1"]);
}

#[test]
fn letters_are_found_by_words_and_lists() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let found = |browser: &mut Browser, query: &str| {
        let body = browser.get(&format!("/letters?{query}")).body;
        [1, 3].map(|piece| body.contains(&house.letter(piece)))
    };
    assert_eq!(found(&mut browser, ""), [true, true]);
    assert_eq!(found(&mut browser, "q=%E5%9B%BA%E5%AE%9A"), [true, false], "固定");
    assert_eq!(found(&mut browser, "q=%E6%B0%B4%E9%81%93+2026"), [false, true], "水道 2026");
    assert_eq!(found(&mut browser, "show=kept"), [false, false]);
    browser.get(&house.letter(3));
    browser.post(&format!("{}/keep", house.letter(3)), &[("keep", "true")]);
    assert_eq!(found(&mut browser, "show=kept"), [false, true]);
    assert_eq!(found(&mut browser, "show=unread"), [true, true]);
}

#[test]
fn a_choice_of_paper_or_electronic_is_told_to_the_registry() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let page = browser.get("/senders");
    assert!(page.body.contains("紙の郵便のみ"), "{}", page.body);
    let choose = [("sender", "hoshimi-city"), ("class", "tax"), ("wish", "both")];
    let saved = browser.post("/senders", &choose);
    assert!(saved.body.contains("保存しました"));
    let wished = house.wishes();
    assert_eq!(wished, ["r-1 hoshimi-city tax both true"]);
    for wrong in [
        [("sender", "nobody"), ("class", "tax"), ("wish", "both")],
        [("sender", "hoshimi-city"), ("class", "reminder"), ("wish", "electronic")],
        [("sender", "hoshimi-city"), ("class", "tax"), ("wish", "pigeon")],
    ] {
        browser.get("/senders");
        assert_eq!(browser.post("/senders", &wrong).status, 404, "{wrong:?}");
    }
    assert_eq!(house.wishes().len(), 1);
}

#[test]
fn pages_speak_english_to_whoever_asks() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    browser.get("/language/en");
    let inbox = browser.get("/letters");
    assert!(inbox.body.contains("<html lang=\"en\">") && inbox.body.contains("Unopened"));
}

#[test]
fn a_registered_card_signs_in_and_no_challenge_is_answered_twice() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let answer = |browser: &mut Browser, card: &str| {
        browser.get("/card");
        let challenge = browser.get("/card/challenge.txt").bytes;
        let signature = [card.as_bytes(), b"\n", &challenge].concat();
        let files = [("challenge", challenge.as_slice()), ("signature", signature.as_slice())];
        (browser.send_files("/card", &files), challenge, signature)
    };
    let (bound, challenge, signature) = answer(&mut browser, "card of one");
    assert_eq!(bound.status, 200, "{}", bound.body);
    assert_eq!(house.known(), ["r-1 2", "r-1 3"]);
    browser.get("/card");
    let files = [("challenge", challenge.as_slice()), ("signature", signature.as_slice())];
    assert_eq!(browser.send_files("/card", &files).status, 422, "a challenge is used up");
    browser.sign_out();
    let (inbox, _, _) = answer(&mut browser, "card of one");
    assert!(inbox.body.contains("固定資産税"), "{}", inbox.body);

    let mut stranger = house.browser();
    assert_eq!(answer(&mut stranger, "card of nobody").0.status, 422);
    stranger.get("/card");
    let challenge = stranger.get("/card/challenge.txt").bytes;
    let files =
        [("challenge", challenge.as_slice()), ("signature", b"card of one\nother".as_slice())];
    assert_eq!(stranger.send_files("/card", &files).status, 422, "a signature over something else");
    let mut other = house.signed_in("r-2");
    assert_eq!(answer(&mut other, "card of one").0.status, 422, "it is another account's key");
}

#[test]
fn papers_are_kept_by_what_they_are_and_seen_by_nobody_else() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let mut lay = |bytes: &[u8]| {
        browser.get("/papers");
        browser.send_files("/papers", &[("paper", bytes)])
    };
    let pdf = [b"%PDF-1.7 ".as_slice(), &[7; 2000]].concat();
    let kept = lay(&pdf);
    assert_eq!(kept.status, 200, "{}", kept.body);
    let marker = "<a href=\"/papers/";
    let at = kept.body.find(marker).expect("the paper is listed") + marker.len();
    let path = format!("/papers/{}", &kept.body[at..at + 64]);
    assert_eq!(lay(b"<html><script>alert(1)</script>").status, 422, "whatever it is called");
    let large = [b"%PDF-1.7 ".as_slice(), &vec![7; 10_000_000]].concat();
    assert_eq!(lay(&large).status, 422);
    let read = browser.get(&path);
    assert_eq!((read.status, read.header("content-disposition")), (200, Some("attachment")));
    assert_eq!(read.bytes, pdf);
    let mut other = house.signed_in("r-2");
    assert_eq!(other.get(&path).status, 404);
    browser.get("/papers");
    assert_eq!(browser.post(&format!("{path}/remove"), &[]).status, 200);
    assert_eq!(browser.get(&path).status, 404);
}

#[test]
fn a_portal_learns_that_something_has_come_and_its_link_leads_there_once() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    browser.get("/portal");
    let made = browser.post("/portal", &[]);
    let at = made.body.find("/feed/").expect("an address");
    let address = made.body[at..at + 70].to_owned();
    let mut portal = house.browser();
    let told = portal.get(&address);
    assert_eq!(told.header("content-type"), Some("application/json"));
    assert_eq!(told.body.matches("\"arrived\":\"2026-11-22\"").count(), 2, "{}", told.body);
    for content in ["納税", "星見市", "hoshimi", "row-"] {
        assert!(!told.body.contains(content), "{content}");
    }
    let link = told.body.split("\"link\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let link = link.expect("a link");
    assert_eq!(portal.get(link).header("location"), Some("/sign-in"));
    let mut other = house.signed_in("r-2");
    assert_eq!(other.get(link).status, 404);
    let letter = browser.get(link);
    assert!(letter.header("location").is_some_and(|to| to.starts_with("/letters/")));
    assert_eq!(browser.get(link).status, 410);
    browser.get("/portal");
    browser.post("/portal", &[]);
    assert_eq!(portal.get(&address).status, 404, "a new address makes the old one void");
}

#[test]
fn copies_go_elsewhere_only_to_a_named_place_from_which_the_code_has_come_back() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    let mut ask = |place: &str, account: &str| {
        browser.get("/forward");
        browser.post("/forward", &[("place", place), ("account", account)]).status
    };
    for (place, account) in [
        ("mail", "hanako@elsewhere.example"),
        ("mail", "hanako@mail.example.jp\r\nRCPT TO:<x@mail.example.jp>"),
        ("mail", "hanako"),
        ("http://127.0.0.1:9/", "hanako"),
        ("kurashi", "花子"),
        ("kurashi", ""),
    ] {
        assert_eq!(ask(place, account), 422, "{place} {account:?}");
    }
    assert_eq!(ask("mail", "hanako@mail.example.jp"), 200);
    assert_eq!(ask("kurashi", "h-1"), 429, "one code a minute");
    let [(number, asked, since)] = house.forwards()[..] else { panic!("one place") };
    assert_eq!(since, None);
    let confirm = |browser: &mut crate::browser::Browser, code: &str| {
        browser.get("/forward");
        browser.post("/forward/confirm", &[("code", code)])
    };
    assert_eq!(confirm(&mut browser, "0000-0000-0000").status, 422);
    assert_eq!(house.forwards()[0].2, None);
    let code = house.forward_code(number, asked);
    let page = confirm(&mut browser, &code.to_lowercase().replace('-', " "));
    assert!(page.body.contains("これから届く文書"), "{}", page.body);
    assert!(house.forwards()[0].2.is_some());
    browser.get("/forward");
    browser.post("/forward/end", &[]);
    assert!(house.forwards().is_empty());
}

#[test]
fn five_wrong_codes_from_elsewhere_end_the_attempt() {
    let house = House::open();
    let mut browser = house.signed_in("r-1");
    browser.get("/forward");
    browser.post("/forward", &[("place", "kurashi"), ("account", "h-1")]);
    let [(number, asked, _)] = house.forwards()[..] else { panic!("one place") };
    for _ in 0..5 {
        browser.get("/forward");
        assert_eq!(browser.post("/forward/confirm", &[("code", "0")]).status, 422);
    }
    browser.get("/forward");
    let code = house.forward_code(number, asked);
    assert_eq!(browser.post("/forward/confirm", &[("code", code.as_str())]).status, 422);
    assert_eq!(house.forwards()[0].2, None);
}
