//! Domains, projects, users and roles with their reach, and what a person may see and do because of them.

use super::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a role held in a project reaches.
    Reach {
        Project = "project", "Project";
        Domain = "domain", "Domain";
        System = "system", "System";
    }
}

/// The built-in roles; their ids are their names.
pub mod built_in {
    pub const ADMIN: &str = "admin";
    pub const DOMAIN_ADMIN: &str = "domainadmin";
    pub const PROJECT_OWNER: &str = "project_owner";
    pub const MEMBER: &str = "member";
    /// Read-only: may ask for support and membership, starts nothing on hosts.
    pub const VIEWER: &str = "viewer";
    pub const SUPPORT: &str = "support";
}

/// The first domain: the only one with projects while the three-level hierarchy is off.
pub const DEFAULT_DOMAIN: &str = "default";

/// The scope a person works in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    System,
    Domain(DomainId),
    Project(ProjectId),
}

impl View {
    /// `system`, `domain:ID` or `project:ID`: how a view is kept with a session and named in a form.
    pub fn key(&self) -> String {
        match self {
            View::System => "system".to_owned(),
            View::Domain(id) => format!("domain:{id}"),
            View::Project(id) => format!("project:{id}"),
        }
    }

    pub fn from_key(key: &str) -> Option<View> {
        match key.split_once(':') {
            None if key == "system" => Some(View::System),
            Some(("domain", id)) => Some(View::Domain(id.into())),
            Some(("project", id)) => Some(View::Project(id.into())),
            _ => None,
        }
    }
}

/// A view with the words the switcher shows for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedView {
    pub view: View,
    /// "System View", "Domain View: acme" or "Project View: web".
    pub label: String,
}

/// A role a person holds in a project, with the names that pages show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub role: RoleId,
    pub reach: Reach,
    pub project: ProjectId,
    pub project_name: String,
    pub domain: DomainId,
    pub domain_name: String,
}

/// A signed-in person as the rules see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub domain: DomainId,
    pub held: Vec<Held>,
}

impl Person {
    /// The views this person holds, widest first, then by name. Without the three-level hierarchy there is no Domain View.
    pub fn views(&self, three_level: bool) -> Vec<NamedView> {
        let mut views = Vec::new();
        if self.is_system_admin() {
            views.push(NamedView { view: View::System, label: "System View".into() });
        }
        let mut domains: Vec<_> = self.held.iter().filter(|h| three_level && h.reach == Reach::Domain).collect();
        domains.sort_by_key(|h| (h.domain_name.as_str(), h.domain.as_str()));
        domains.dedup_by_key(|h| h.domain.as_str());
        views.extend(domains.into_iter().map(|h| NamedView {
            view: View::Domain(h.domain.clone()),
            label: format!("Domain View: {}", h.domain_name),
        }));
        let mut projects: Vec<_> = self.held.iter().collect();
        projects.sort_by_key(|h| (h.project_name.as_str(), h.domain_name.as_str(), h.project.as_str()));
        projects.dedup_by_key(|h| h.project.as_str());
        views.extend(projects.into_iter().map(|h| NamedView {
            view: View::Project(h.project.clone()),
            label: format!("Project View: {}", h.project_name),
        }));
        views
    }

    /// The view to work in: `wanted` while the person still has it, otherwise the widest.
    pub fn view(&self, wanted: Option<&View>, three_level: bool) -> Option<View> {
        let views = self.views(three_level);
        let kept = wanted.and_then(|w| views.iter().find(|v| v.view == *w));
        kept.or(views.first()).map(|v| v.view.clone())
    }

    pub fn is_system_admin(&self) -> bool {
        self.held.iter().any(|h| h.reach == Reach::System)
    }

    pub fn is_admin_of_domain(&self, domain: &DomainId) -> bool {
        self.is_system_admin() || self.held.iter().any(|h| h.reach == Reach::Domain && h.domain == *domain)
    }

    /// Whether the person may see anything of the project.
    pub fn sees_project(&self, project: &ProjectId, domain: &DomainId) -> bool {
        self.is_admin_of_domain(domain) || self.held.iter().any(|h| h.project == *project)
    }

    /// The domain of a project that the person holds a role in.
    pub fn domain_of(&self, project: &ProjectId) -> Option<&DomainId> {
        self.held.iter().find(|h| h.project == *project).map(|h| &h.domain)
    }

    fn holds_in(&self, project: &ProjectId, roles: &[&str]) -> bool {
        self.held.iter().any(|h| h.project == *project && roles.contains(&h.role.as_str()))
    }

    /// Whether the person may create, change or delete hosts of the project (SPEC 3: project_owner, member, admins).
    pub fn operates_hosts(&self, project: &ProjectId, domain: &DomainId) -> bool {
        self.is_admin_of_domain(domain) || self.holds_in(project, &[built_in::PROJECT_OWNER, built_in::MEMBER])
    }

    /// Whether the person may restore and clear hosts of the project (SPEC 2: project_owner, admins).
    pub fn owns_hosts(&self, project: &ProjectId, domain: &DomainId) -> bool {
        self.is_admin_of_domain(domain) || self.holds_in(project, &[built_in::PROJECT_OWNER])
    }

    /// Whether the person may write the canned replies of the project, as its `support` people and administrators may.
    pub fn writes_replies_of(&self, project: &ProjectId, domain: &DomainId) -> bool {
        self.is_admin_of_domain(domain) || self.holds_in(project, &[built_in::SUPPORT])
    }

    /// Whether the person may write canned replies of any project that this view shows.
    pub fn writes_replies_in(&self, view: &View) -> bool {
        match view {
            View::System | View::Domain(_) => true,
            View::Project(project) => {
                let held = self.held.iter().find(|held| held.project == *project);
                held.is_some_and(|held| self.writes_replies_of(project, &held.domain))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::process::TicketType;

    fn held(role: &str, reach: Reach, project: &str, domain: &str) -> Held {
        Held {
            role: role.into(),
            reach,
            project: project.into(),
            project_name: project.into(),
            domain: domain.into(),
            domain_name: domain.into(),
        }
    }

    fn person(held: Vec<Held>) -> Person {
        Person { id: "u".into(), username: "u".into(), display_name: "U".into(), domain: "default".into(), held }
    }

    #[test]
    fn views_come_widest_first_then_by_name() {
        let p = person(vec![
            held("member", Reach::Project, "web", "default"),
            held("domainadmin", Reach::Domain, "shop", "acme"),
            held("admin", Reach::System, "system", "default"),
            held("viewer", Reach::Project, "web", "default"),
        ]);
        let labels: Vec<_> = p.views(true).into_iter().map(|v| v.label).collect();
        assert_eq!(
            labels,
            ["System View", "Domain View: acme", "Project View: shop", "Project View: system", "Project View: web"]
        );
        assert!(
            p.views(false).iter().all(|v| !matches!(v.view, View::Domain(_))),
            "no Domain View without three levels"
        );
    }

    #[test]
    fn a_lost_view_gives_way_to_the_widest() {
        let p = person(vec![held("member", Reach::Project, "web", "default")]);
        assert_eq!(p.view(Some(&View::System), true), Some(View::Project("web".into())));
        assert_eq!(person(vec![]).view(Some(&View::System), true), None);
    }

    #[test]
    fn view_keys_read_back() {
        for view in [View::System, View::Domain("d".into()), View::Project("p".into())] {
            assert_eq!(View::from_key(&view.key()), Some(view));
        }
        assert_eq!(View::from_key("galaxy:1"), None);
    }

    #[test]
    fn who_may_start_what() {
        use TicketType::*;
        let (web, default, shop, acme): (ProjectId, DomainId, ProjectId, DomainId) =
            ("web".into(), "default".into(), "shop".into(), "acme".into());
        let admin = person(vec![held("admin", Reach::System, "system", "default")]);
        let domain_admin = person(vec![held("domainadmin", Reach::Domain, "web", "default")]);
        let owner = person(vec![held("project_owner", Reach::Project, "web", "default")]);
        let member = person(vec![held("member", Reach::Project, "web", "default")]);
        let viewer = person(vec![held("viewer", Reach::Project, "web", "default")]);
        let helper = person(vec![held("support", Reach::Project, "web", "default")]);
        let nobody = person(vec![]);
        //             who            host   quota  d-quota join   support
        let table = [
            (&admin, [true, true, false, true, true]),
            (&domain_admin, [true, true, true, true, true]),
            (&owner, [true, true, false, true, true]),
            (&member, [true, true, false, true, true]),
            (&viewer, [false, false, false, true, true]),
            (&helper, [false, false, false, true, true]),
            (&nobody, [false, false, false, true, false]),
        ];
        for (who, expected) in table {
            let got = [ApplyMachine, ApplyProjectQuota, ApplyDomainQuota, ApplyJoinProject, CustomerService]
                .map(|t| who.may_start(t, Some(&web), &default));
            assert_eq!(got, expected, "{:?}", who.held);
            let foreign = who.may_start(ApplyMachine, Some(&shop), &acme);
            assert_eq!(foreign, who.is_system_admin(), "{:?} in a foreign domain", who.held);
        }
    }
}
