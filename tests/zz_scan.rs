#![allow(warnings)]
use mail_parser::{MessageParser, mailbox::mbox::MessageIterator};
use plusone::mail::*; use plusone::vote::ballot::*;
use std::collections::*;
#[test]
fn scan() {
    let mut seen = HashSet::new();
    let mut n=0;
    for e in std::fs::read_dir("/work/shared/corpus/mbox").unwrap() {
        let p=e.unwrap().path();
        let f=std::io::BufReader::new(std::fs::File::open(&p).unwrap());
        let mut all=vec![];
        for m in MessageIterator::new(f) { let Ok(m)=m else {continue};
            let Some(parsed)=MessageParser::default().parse(m.contents()) else {continue};
            let id=parsed.message_id().unwrap_or("").to_owned();
            let irt=parsed.in_reply_to().as_text_list().map(|l|l.iter().map(|s|s.to_string()).collect::<Vec<_>>()).unwrap_or_default();
            let msg=Message{id:MessageId(id),in_reply_to:irt.into_iter().map(MessageId).collect(),references:vec![],subject:parsed.subject().unwrap_or("").to_owned(),from:Address::default(),sender:Address{name:parsed.from().and_then(|f|f.first()).and_then(|f|f.name()).map(str::to_owned),address:String::new()},sender_source:SenderSource::From,date:None,lists:vec![],text:parsed.body_text(0).unwrap_or_default().replace("\r\n","\n"),warnings:vec![]};
            all.push(msg);
        }
        for m in &all { 
            if !seen.insert(m.id.0.clone()) {continue}
            n+=1;
            let ans=all.iter().find(|o| m.in_reply_to.contains(&o.id));
            let call=m.subject.starts_with("[VOTE]");
            let r=read(m,ans,call);
            if r.says!=Says::Nothing { println!("{:?} claim={:?} [{}] {:?} | {}", r.says, r.claims_binding, r.why, r.evidence.map(|e|e.text), m.subject); }
            else if r.why!="no vote in it" { println!("   nothing: [{}] {}", r.why, m.subject); }
        }
    }
    println!("{n} mails");
}
#[test]
fn speed() {
    for unit in ["+1 ", "+1 \n", "+1 (binding) if we -1 ", "> +1\nJane wrote:\n", "(", "- +1 x\n", "On 1 x\n", "From: A\n", "+1: A B\n", "\n", "~~", "`+1 ", "[ ] +1\n", "i withdraw my ", "my my my my my +1 ", "-----Original\n", ":", "a, b, +1 - "] {
        let text=unit.repeat((1<<20)/unit.len());
        let m=Message{id:MessageId(String::new()),in_reply_to:vec![],references:vec![],subject:String::new(),from:Address::default(),sender:Address::default(),sender_source:SenderSource::From,date:None,lists:vec![],text,warnings:vec![]};
        let t=std::time::Instant::now();
        let r=read(&m,None,false);
        let a=t.elapsed();
        let r2=read(&m,Some(&m),false);
        println!("{unit:?}: {:?} {:?} {:?}", a, t.elapsed()-a, r.says);
    }
}
