from dataclasses import dataclass
@dataclass(frozen=True)
class Template: version:str="";lines:frozenset=frozenset()
@dataclass(frozen=True)
class Extracted:
    title:str="";text:str="";published_at:object=None;published_raw:str="";publisher:str="";authors:tuple=();editor:str="";region:str="";section:str="";tags:tuple=();kind:str="article";confidence:float=1.0;dropped:tuple=()
def extract(html,url,template=None):
    import trafilatura,re
    if "KILLME" in html:
        import os; os._exit(9)
    if "HANGME" in html:
        import time; time.sleep(100)
    if "XX" in html: raise ValueError("raised")
    t=re.search("<title>(.*?)</title>",html)
    return Extracted(title=t[1] if t else "",text=trafilatura.extract(html,deduplicate=False) or "")
def strip_lines(text): return Extracted(title=text[:20],text=text)
