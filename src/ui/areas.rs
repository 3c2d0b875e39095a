//! The areas of the site: the browser half loads the code of an area when one of its pages is first opened.
//!
//! Code that every page needs (frame, components, signing in) is in the main part. Code that only some areas share is
//! in parts of its own. There are few areas, because the number of shared parts grows with them. The server has all the
//! code.

use super::live::Leaving;
use super::pages::directory::{domains, projects, roles, user, users};
use super::pages::{
    canned_replies, external, host, host_new, hosts, logs, no_project, process, quotas, support, support_ticket,
    system_settings, ticket, ticket_setup, trash, workflow,
};
use super::server_side;
use leptos::prelude::*;
use leptos_router::{ChooseView, ParamSegment, PartialPathMatch, PathSegment, PossibleRouteMatch};

/// A segment of a path that is one of the words this function knows, as the parameter `place`. So lists and tickets,
/// whose paths differ in nothing else, are routes of their own.
#[derive(Clone, Copy)]
pub struct OneOf(pub fn(&str) -> bool);

const PLACE: ParamSegment = ParamSegment("place");

impl PossibleRouteMatch for OneOf {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        PLACE.test(path).filter(|found| (self.0)(found.matched().trim_start_matches('/')))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        PLACE.generate_path(path);
    }
}

/// Declares areas: `function, its preload, enum of its pages { name => component }`. A route shows one such page.
macro_rules! areas {
    ($($load:ident, $preload:ident, $area:ident { $($page:ident => $view:path),+ $(,)? })+) => {$(
        #[derive(Clone, Copy)]
        pub enum $area {
            $($page),+
        }

        #[lazy]
        fn $load(page: $area) -> AnyView {
            match page {
                $($area::$page => $view().into_any()),+
            }
        }

        impl ChooseView for $area {
            async fn choose(self) -> AnyView {
                server_side::note_area(stringify!($load));
                $load(self).await
            }

            async fn preload(&self) {
                let _leaving = Leaving::begin();
                #[cfg(feature = "hydrate")]
                $preload().await;
            }
        }
    )+};
}

areas! {
    area_hosts, __preload_area_hosts, HostPage {
        List => hosts::Hosts,
        New => host_new::HostNew,
        One => host::Host,
        Trash => trash::Trash,
    }
    area_workflow, __preload_area_workflow, WorkflowPage {
        Tickets => workflow::Tickets,
        NoProject => no_project::NoProject,
    }
    area_support, __preload_area_support, SupportPage {
        Tickets => support::Tickets,
        Ticket => support_ticket::Support,
        Replies => canned_replies::CannedReplies,
    }
    area_ticket, __preload_area_ticket, TicketPage {
        Workflow => ticket::Ticket,
    }
    area_directory, __preload_area_directory, DirectoryPage {
        Domains => domains::Domains,
        Projects => projects::Projects,
        Users => users::Users,
        User => user::User,
        Roles => roles::Roles,
        Quotas => quotas::Quotas,
    }
    area_settings, __preload_area_settings, SettingsPage {
        External => external::External,
        System => system_settings::System,
        Tickets => ticket_setup::TicketSetup,
        Process => process::Process,
        Logs => logs::Logs,
    }
}
