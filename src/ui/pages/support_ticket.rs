//! `/tickets/support/{number}`: one support ticket, its thread, and the box to reply in.
//!
//! Parts that hold nothing to type in follow every change at once. The reply box is apart from them, so that a reply of
//! somebody else appears while one is being written.

use super::support_dialogs::{EndDialog, REQUEST};
use super::support_files::{RemoveDialog, files};
use super::support_reply::ReplyBox;
use crate::domain::ids::TicketNumber;
use crate::domain::number;
use crate::domain::support::{PostKind, SupportStatus};
use crate::domain::time::Millis;
use crate::functions::external::{RetryExternal, SkipExternal};
use crate::functions::support::get_support;
use crate::ui::components::dialog::DialogButton;
use crate::ui::components::form::{Change, ChangeForm, Hidden, SubmitButton, use_button_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::numbered::by_number;
use crate::ui::components::pill::{State, none, optional, text_or_none};
use crate::ui::components::time::{time, time_or_none};
use crate::ui::context::{Writing, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::markup::{block, fact, shown};
use crate::ui::memo::memo;
use crate::ui::paths::support_ticket;
use crate::ui::query::{Query, use_query};
use crate::wire::support::{External, Post, SupportDetail};
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};
use std::time::Duration;

/// How many entries after the linked one are shown: a link to an entry opens the part of the thread that ends there.
const AFTER_LINKED: i64 = 26;

#[component]
pub fn Support() -> impl IntoView {
    by_number(|number| view! { <SupportTicket number/> }.into_any())
}

#[component]
fn SupportTicket(number: Signal<TicketNumber>) -> impl IntoView {
    let query = use_query();
    let revision = use_revision();
    let (retry, skip) = (use_button_change::<RetryExternal>(), use_button_change::<SkipExternal>());
    let before = memo(move |_| {
        query.with(|query| {
            let number = |name: &str| query.get(name).and_then(number::whole);
            number("before").or_else(|| number("post").map(|position| position.saturating_add(AFTER_LINKED)))
        })
    });
    let detail = read(
        move || (number.get(), before.get(), revision.track_live()),
        |(number, before, _)| get_support(number, before),
    );
    view! {
        {loaded(detail, move |detail: SupportDetail, frame| page(&detail, frame.now, retry, skip))}
        <WritingNow number/>
        <ReplyBox number/>
        <RemoveDialog number/>
        <EndDialog page=Signal::derive(move || support_ticket(number.get())) own=Signal::derive(move || Some(number.get()))/>
    }
    .into_any()
}

/// How long somebody counts as writing after the last hint of it: a little longer than the next hint takes to come.
const WRITING_FOR: Duration = Duration::from_secs(6);

/// Says who is writing right now. Its place is there whether somebody is writing or not, so that the page doesn't move.
#[component]
fn WritingNow(number: Signal<TicketNumber>) -> impl IntoView {
    let writing = expect_context::<Writing>().0;
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(handle)) = timer.try_update_value(Option::take) {
            handle.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if writing.get().is_some() {
            timer.set_value(set_timeout_with_handle(move || _ = writing.try_set(None), WRITING_FOR).ok());
        }
    });
    on_cleanup(stop);
    let who = move || match writing.get().filter(|(of, _)| *of == number.get()) {
        Some((_, true)) => "The requester is writing\u{2026}",
        Some((_, false)) => "A handler is writing\u{2026}",
        None => "",
    };
    view! { <p class="thread-event writing">{who}</p> }
}

fn page(detail: &SupportDetail, now: Millis, retry: Change, skip: Change) -> AnyView {
    let row = &detail.row;
    let (number, title) = (row.number, row.title.clone());
    let end = row.may_end.then(|| {
        view! { <DialogButton page=support_ticket(number) keep=Query::default() dialog="end" label="End" paths=icon::CIRCLE_CHECK/> }.into_any()
    });
    view! {
        <Title text=format!("#{number} {title}")/>
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/tickets/support/mine">"Technical Support"</a><Icon paths=icon::CHEVRON_RIGHT/>
            <span aria-current="page">{format!("#{number}")}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{format!("#{number} {title}")}</h1>{shown(row.status.pill())}{shown(row.level.pill())}</div>
                <p>{format!("{} asked ", row.initiator)}{shown(time(row.submitted_at, now))}"."</p>
            </div>
            <div class="page-actions">{end}</div>
        </header>
        {notice(detail, retry, skip)}
        {facts(detail, now)}
        {thread(detail, now)}
    }
    .into_any()
}

/// The notice that matters most in the ticket's present state.
fn notice(detail: &SupportDetail, retry: Change, skip: Change) -> AnyView {
    let row = &detail.row;
    if row.waits_for_nobody {
        let text = "Waiting for nobody: none of those who may handle this is left. An administrator has to give somebody the role.";
        return view! { <div class="banner" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><p>{text}</p></div> }
            .into_any();
    }
    let problem = row.external.as_ref().and_then(|external| external.problem.clone());
    if let Some(why) = problem {
        let number = row.number;
        let text = if detail.laid_aside {
            format!("A part of this isn't in the external system, and what comes after it waits. {why}")
        } else {
            format!("Not all of this is in the external system yet, and goes there as soon as it can. {why}")
        };
        let leave_out = detail.may_skip.then(|| {
            view! {
                <ChangeForm change=skip class="">
                    <Hidden name="number" value=number.to_string()/>
                    <SubmitButton label="Skip" kind="" size="small" paths=icon::CHEVRON_RIGHT/>
                </ChangeForm>
            }
            .into_any()
        });
        return view! {
            <div class="banner" data-tone="danger">
                <Icon paths=icon::ALERT_TRIANGLE/>
                <p>{text}</p>
                <ChangeForm change=retry class="">
                    <Hidden name="number" value=number.to_string()/>
                    <SubmitButton label="Retry" kind="" size="small" paths=icon::REFRESH/>
                </ChangeForm>
                {leave_out}
            </div>
        }
        .into_any();
    }
    if row.status == SupportStatus::Closed {
        let follow_up = Query::default().with("dialog", REQUEST).with("follows", row.number.to_string());
        let href = follow_up.url("/tickets/support/mine");
        return view! {
            <div class="banner">
                <Icon paths=icon::LOCK/>
                <p>"This ticket is closed and takes no reply. "<a href=href>"Request a follow-up"</a>" that links back to it."</p>
            </div>
        }
        .into_any();
    }
    ().into_any()
}

fn facts(detail: &SupportDetail, now: Millis) -> AnyView {
    let row = &detail.row;
    let link = |number: TicketNumber| html! { a href=(support_ticket(number)) { "#" (number) } " " };
    let resolved = match detail.resolved {
        Some(true) => "Yes",
        Some(false) => "No",
        None => "-",
    };
    let rating = detail.rating.map(|stars| format!("{stars} of 5"));
    let facts = html! {
        dl class="facts" data-flow="columns" {
            (fact("ID", row.number))
            (fact("Priority", row.level.pill()))
            (fact("Status", row.status.pill()))
            (fact("Initiator", &row.initiator))
            (fact("Handler", optional(row.handler.as_deref())))
            (fact("Project", optional(detail.project.as_deref())))
            (fact("Domain", optional(detail.domain.as_deref())))
            (fact("Time Submitted", time(row.submitted_at, now)))
            (fact("Time Closed", time_or_none(row.closed_at, now)))
            @if let Some(external) = &row.external { (external_facts(external)) }
            @if let Some(at) = detail.closes_at { (fact("Closes by itself", time(at, now))) }
            @if row.closed_at.is_some() {
                (fact("Resolved", resolved))
                (fact("Rating", optional(rating.as_deref())))
                (fact("Comment", text_or_none(&detail.comment)))
            }
            @if let Some(number) = detail.follows { (fact("Follow-up of", link(number))) }
            @if !detail.followed_by.is_empty() {
                (fact("Followed up by", html! { @for number in &detail.followed_by { (link(*number)) } }))
            }
        }
    };
    view! {
        <section class="card" aria-labelledby="facts-title">
            <header class="card-header"><h2 id="facts-title">"Facts"</h2></header>
            <div class="card-body">{block(facts)}</div>
        </section>
    }
    .into_any()
}

fn external_facts(external: &External) -> Markup {
    let place = match (&external.id, &external.href) {
        (Some(id), Some(href)) => html! { a href=(href) rel="external noopener" target="_blank" { "#" (id) } },
        _ => none(),
    };
    html! {
        (fact("External ticket", place))
        (fact("External status", text_or_none(&external.status)))
        (fact("External owner", text_or_none(&external.owner)))
    }
}

fn thread(detail: &SupportDetail, now: Millis) -> AnyView {
    let number = detail.row.number;
    let page = support_ticket(number);
    let earlier = detail.earlier.map(|position| {
        let href = Query::default().with("before", position.to_string()).url(&page);
        view! { <a class="button" data-size="small" rel="prev" href=href><Icon paths=icon::ARROW_UP/><span>"Show earlier"</span></a> }
    });
    let query = use_query();
    let newest = query.with_untracked(|query| query.get("before").is_some() || query.get("post").is_some()).then(|| {
        view! {
            <a class="button" data-size="small" href=page><Icon paths=icon::ARROW_DOWN/><span>"Back to the newest"</span></a>
        }.into_any()
    });
    let posts: Vec<_> = detail.posts.iter().map(|one| post(number, one, now)).collect();
    view! {
        <section class="stack" aria-labelledby="thread-title">
            <h2 class="visually-hidden" id="thread-title">"Thread"</h2>
            {earlier}
            <ol class="thread">{posts}</ol>
            {newest}
        </section>
    }
    .into_any()
}

fn post(number: TicketNumber, post: &Post, now: Millis) -> AnyView {
    let id = format!("post-{}", post.position);
    let html = post.html.clone();
    if post.kind == PostKind::Event {
        return view! {
            <li id=id><p class="thread-event"><Icon paths=icon::CLOCK size=14/><span inner_html=html></span>" "{shown(time(post.at, now))}</p></li>
        }
        .into_any();
    }
    let (from, role) = match (post.kind, post.by_requester) {
        (PostKind::Note, _) => ("note", "internal note, for handlers only"),
        (_, true) => ("requester", "requester"),
        (_, false) => ("handler", "handler"),
    };
    let href = format!("{}?post={}#{id}", support_ticket(number), post.position);
    view! {
        <li id=id>
            <article class="message" data-from=from>
                <header class="message-head">
                    <strong>{post.author.clone()}</strong><span class="muted">{role}</span>
                    <a class="message-link" href=href><span class="visually-hidden">{format!("Link to entry {}, ", post.position + 1)}</span>{shown(time(post.at, now))}</a>
                </header>
                <div class="prose" dir="auto" inner_html=html></div>
                {files(number, &post.files)}
            </article>
        </li>
    }
    .into_any()
}
