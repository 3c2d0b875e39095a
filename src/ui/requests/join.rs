//! Join Project Application: what the applicant says, and what its approver chooses.

use super::{Entry, RequestView};
use crate::domain::ids::TicketNumber;
use crate::domain::join::JoinRequest;
use crate::domain::process::TicketType;
use crate::functions::joining::get_join_form;
use crate::ui::components::dialog::Fields;
use crate::ui::components::field::{Control, Field, FieldError, choice};
use crate::ui::components::form::{FormState, field_id};
use crate::ui::components::icon;
use crate::ui::components::pill::optional;
use crate::ui::markup::{block, fact};
use crate::ui::pages::host_dialogs::Amending;
use crate::ui::pages::joining;
use crate::ui::query::Query;
use crate::ui::views::Views;
use crate::wire::Choice;
use crate::wire::error::AppError;
use crate::wire::joining::JoinFormData;
use crate::wire::workflow::{Decision, TicketDetail};
use leptos::prelude::*;
use maud::html;

impl RequestView for JoinRequest {
    type Offered = JoinFormData;

    fn card(&self, detail: &TicketDetail) -> AnyView {
        let wished = self.wished.as_ref().map(|wished| wished.name.as_str());
        let domain = detail.domain.as_deref();
        view! {
            <section class="card" aria-labelledby="request-title">
                <header class="card-header"><h2 id="request-title">"Request"</h2></header>
                <div class="card-body">
                    {block(html! {
                        dl class="facts" {
                            (fact("Reason", &self.reason))
                            (fact("Wished project", optional(wished)))
                            (fact("Applicant's domain", optional(domain)))
                        }
                    })}
                </div>
            </section>
        }
        .into_any()
    }

    async fn offered(&self, _number: TicketNumber) -> Result<JoinFormData, AppError> {
        get_join_form().await
    }

    fn dialog(data: JoinFormData, amending: Amending<Self>, page: String, keep: Query) -> AnyView {
        joining::form(data, Some(amending), page, keep)
    }

    /// The project, and one or more roles in it.
    fn pass_fields(decision: &Decision) -> Option<Fields> {
        let (projects, roles, wished) = (decision.projects.clone(), decision.roles.clone(), decision.wished.clone());
        Some(Box::new(move || {
            let projects = std::iter::once(choice("", "Choose a project")).chain(projects).collect();
            let wished = wished.map(|id| id.0).unwrap_or_default();
            view! {
                <Field label="Project" name="project" required=true preset=wished control=Control::Select(projects)/>
                {roles_field(roles)}
            }
            .into_any()
        }))
    }

    fn entry(_ticket_type: TicketType) -> Option<Entry> {
        let (href, label) = ("/tickets/workflow/mine?dialog=join", joining::TITLE);
        Some(Entry { href, paths: icon::USERS, label })
    }
}

const ROLES: &str = "roles";

fn roles_field(roles: Vec<Choice>) -> AnyView {
    let state = expect_context::<FormState>();
    let problem = state.problem(ROLES);
    const ERROR: &str = "roles-error";
    let role = |(i, role): (usize, Choice)| {
        let name = format!("{ROLES}[{i}]");
        let (id, ticked) = (field_id(&name), state.chosen(ROLES, &role.value));
        view! {
            <div class="choice">
                <input type="checkbox" id=id.clone() name=name value=role.value checked=ticked
                    aria-describedby=move || problem.with(Option::is_some).then_some(ERROR)
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")/>
                <label for=id>{role.label}</label>
            </div>
        }
        .into_any()
    };
    let roles = roles.into_iter().enumerate().map(role).views();
    view! {
        <fieldset class="fieldset" id=field_id(ROLES) tabindex="-1">
            <legend>"Roles"<span class="required" aria-hidden="true">" *"</span></legend>
            <div class="choices" data-flow="row">{roles}</div>
            <FieldError problem id=ERROR/>
        </fieldset>
    }
    .into_any()
}
